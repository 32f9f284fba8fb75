import { type DeviceContext, type RoundContext, timeDepths } from '@legend-fl/method';
import { type DeviceTime, explainLate, listLate } from './list-late.ts';
import { leaveOut, type NarrowedContext } from './narrowed-context.ts';

/**
 * Leaves out devices that no strategy should see: devices whose figures are negative or not numbers, as an older version may
 * have stored them, and devices that need more than `mostSeconds` for the least possible work. It never leaves fewer than
 * `leastDevices` for the second reason.
 */
export function screenDevices(
  narrowed: NarrowedContext,
  leastDevices: number,
  mostSeconds = Number.POSITIVE_INFINITY,
): NarrowedContext {
  const unsound = new Map<string, string>();
  for (const device of narrowed.context.devices) {
    const problem = findBadFigure(device);
    if (problem !== undefined) unsound.set(device.id, problem);
  }
  const sound = leaveOut(narrowed, unsound);
  if (mostSeconds === Number.POSITIVE_INFINITY) return sound;
  const late = listLate(leastSeconds(sound.context), mostSeconds, leastDevices);
  return leaveOut(sound, explainLate(late, mostSeconds));
}

/**
 * The least time that each device can take for a round: its fastest depth, with messages that contain only the head. No
 * strategy can plan less.
 */
export function leastSeconds({
  profile: { blocks, headParameters },
  localSteps,
  valueBytes,
  devices,
}: RoundContext): readonly DeviceTime[] {
  const bytes = valueBytes * headParameters;
  const costs = Array.from({ length: blocks }, (_, index) => ({
    depth: index + 1,
    memoryBytes: 0,
    bytesUp: bytes,
    bytesDown: bytes,
  }));
  return devices.map((device) => ({
    id: device.id,
    seconds: Math.min(...timeDepths(device, costs, { blocks, localSteps })),
  }));
}

/** Figures also come from files and databases, where types guarantee nothing. */
function findBadFigure({ capacity, bytesBudget = 0 }: DeviceContext): string | undefined {
  for (const [name, value] of Object.entries({ ...capacity, bytesBudget })) {
    if (Number.isFinite(value) && value >= 0) continue;
    return `its ${name} is ${value}, not a finite number from zero`;
  }
  return undefined;
}
