import type { DevicePlan } from '../plan.ts';
import type { DeviceContext } from '../round-context.ts';

/** Anything that a plan works out for a device. */
interface Entry {
  readonly device: DeviceContext;
}

/** Entries in their order, split by whether the round waits for their device. */
export interface AwaitedSplit<Each> {
  /** What these claim may decide for others. */
  readonly awaited: readonly Each[];
  /** These get work that fits, and change nothing for anybody else. */
  readonly others: readonly Each[];
}

/** If the round waits for none of the devices, all of them count as awaited: somebody has to set the deadline. */
export function splitAwaited<Each extends Entry>(entries: readonly Each[]): AwaitedSplit<Each> {
  const isAwaited = ({ device }: Each) => device.awaited !== false;
  if (entries.every(isAwaited) || !entries.some(isAwaited)) return { awaited: entries, others: [] };
  return {
    awaited: entries.filter(isAwaited),
    others: entries.filter((entry) => !isAwaited(entry)),
  };
}

/** The planned devices with `awaited: false` on those that the context has so, unless it is all of them. */
export function markAwaited(
  planned: readonly DevicePlan[],
  devices: readonly DeviceContext[],
): readonly DevicePlan[] {
  const ids = new Set<string>();
  for (const { id, awaited } of devices) if (awaited === false) ids.add(id);
  if (ids.size === 0 || planned.every(({ id }) => ids.has(id))) return planned;
  return planned.map((device) => (ids.has(device.id) ? { ...device, awaited: false } : device));
}

/** Planned completion times of the devices that are awaited; of all devices if none of these is. */
export function awaitedSeconds(planned: readonly DevicePlan[]): readonly number[] {
  const seconds: number[] = [];
  for (const device of planned) if (device.awaited !== false) seconds.push(device.seconds);
  return seconds.length > 0 ? seconds : planned.map((device) => device.seconds);
}
