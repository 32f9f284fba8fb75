import { InputError } from '@legend-fl/base';
import type { ExcludedDevice } from '../plan.ts';
import { requireNonNegative } from '../require-non-negative.ts';
import type { DeviceContext } from '../round-context.ts';
import type { DepthCost } from './depth-costs.ts';

export interface FittingDevice {
  readonly device: DeviceContext;
  /** kmax: the greatest depth within its memory and bytes budget. */
  readonly deepest: number;
}

/**
 * Sorts out the devices that can train at least `leastDepth` blocks. Memory must hold the step; bytes up and down
 * together must be within the device's budget, if it has one.
 *
 * Throws InputError `no-devices`, `device-twice`, `figure-invalid`, or `no-device-fits` where none can.
 */
export function fitDevices(
  devices: readonly DeviceContext[],
  costs: readonly DepthCost[],
  leastDepth: number,
): { readonly fitting: readonly FittingDevice[]; readonly excluded: readonly ExcludedDevice[] } {
  checkDevices(devices);
  const least = costs[leastDepth - 1];
  if (least === undefined) throw new RangeError(`There are no costs of depth ${leastDepth}.`);
  const fitting: FittingDevice[] = [];
  const excluded: ExcludedDevice[] = [];
  for (const device of devices) {
    const deepest = findDeepest(device, costs);
    if (deepest >= leastDepth) fitting.push({ device, deepest });
    else excluded.push({ id: device.id, reason: explainExclusion(device, least) });
  }
  if (fitting.length > 0) return { fitting, excluded };
  throw noDeviceFits(devices, least);
}

function noDeviceFits(devices: readonly DeviceContext[], least: DepthCost): InputError {
  const mostMemory = devices.reduce((most, { capacity }) => Math.max(most, capacity.memoryBytes), 0);
  const mostTraffic = devices.reduce((most, device) => Math.max(most, bytesBudgetOf(device)), 0);
  const budgeted = Number.isFinite(mostTraffic);
  return new InputError({
    code: 'no-device-fits',
    expected: `a device with ${bytesText(least.memoryBytes)} memory${budgeted ? ` and a budget of ${bytesText(trafficBytes(least))} per round` : ''}, to train ${blocksText(least.depth)}`,
    got: `${devices.length} devices, at most ${bytesText(mostMemory)} memory${budgeted ? ` and ${bytesText(mostTraffic)} per round` : ''}`,
    where: 'plan',
    todo: 'Use smaller batches, shorter texts, lower ranks or a smaller model, or add a larger device.',
  });
}

/** Whether the device's memory and bytes budget suffice. */
export function canAfford(device: DeviceContext, cost: DepthCost): boolean {
  return cost.memoryBytes <= device.capacity.memoryBytes && trafficBytes(cost) <= bytesBudgetOf(device);
}

/** Since costs don't fall with depth, all depths below the first that is too much are affordable. */
function findDeepest(device: DeviceContext, costs: readonly DepthCost[]): number {
  const tooMuch = costs.findIndex((cost) => !canAfford(device, cost));
  return tooMuch < 0 ? costs.length : tooMuch;
}

function explainExclusion(device: DeviceContext, least: DepthCost): string {
  const training = `training ${blocksText(least.depth)}`;
  const { memoryBytes } = device.capacity;
  return least.memoryBytes > memoryBytes
    ? `${training} needs ${bytesText(least.memoryBytes)} memory, it has ${bytesText(memoryBytes)}`
    : `${training} sends and receives ${bytesText(trafficBytes(least))}, its budget is ${bytesText(bytesBudgetOf(device))}`;
}

function checkDevices(devices: readonly DeviceContext[]): void {
  const ids = new Set<string>();
  for (const [index, { id, capacity, bytesBudget = 0 }] of devices.entries()) {
    requireNonNegative({ ...capacity, bytesBudget }, `device ${id}`);
    if (ids.add(id).size === index) {
      throw new InputError({
        code: 'device-twice',
        expected: 'every device once',
        got: `${id} twice`,
        where: 'devices of the round',
        todo: 'Give every device an id of its own.',
      });
    }
  }
  if (ids.size > 0) return;
  throw new InputError({
    code: 'no-devices',
    expected: 'at least one device',
    got: 'none',
    where: 'devices of the round',
    todo: 'Wait until a device is there.',
  });
}

function bytesBudgetOf(device: DeviceContext): number {
  return device.bytesBudget ?? Number.POSITIVE_INFINITY;
}

function trafficBytes(cost: DepthCost): number {
  return cost.bytesUp + cost.bytesDown;
}

function blocksText(depth: number): string {
  return depth === 1 ? '1 block' : `${depth} blocks`;
}

function bytesText(bytes: number): string {
  if (bytes < 1e3) return `${bytes} B`;
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
