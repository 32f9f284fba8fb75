import type { ExcludedDevice } from '../plan.ts';
import { findBestDeadline } from './best-deadline.ts';
import {
  type Candidate,
  type Configuration,
  type ConfigurationContext,
  type ConfiguredDevice,
  fitToDeadline,
  listCandidates,
} from './configuration.ts';
import type { DepthCost } from './depth-costs.ts';
import { reachSeconds } from './reach-seconds.ts';

/** Whether a round waits for devices that are late even with the depth that takes them least, or leaves them out. */
export type Stragglers = 'wait' | 'leave';

/**
 * Depths for one round with the greatest expected progress per second (ours):
 *
 *   P/T,   P = Σ_l g_l·(share of the devices that train block l),   T = max_i t_i(k_i),
 *
 * over all depth vectors within memory and bytes budgets, where t_i(k) is the completion time of device i at depth k.
 * Devices that can't train one block within their limits are left out beforehand and count in no share.
 *
 * Only deadlines have to be tried: of all vectors with the same T, the one in which everybody has the greatest k with
 * t_i(k) ≤ T has the greatest P; and T is one of the t_i(k). `findBestDeadline` goes through them. Among equals the
 * least traffic wins, which is the earliest deadline, and blocks of no importance are not trained just because there
 * is time. The result depends on nothing but figures: not on the order of devices, and no ties are left to chance.
 *
 * P is linear in the shares: the first device to train a block counts as much as the last. A concave P would favour
 * blocks that few devices train, but nothing that is measured says how concave, and linear is what the design has.
 *
 * With `wait` every device takes part, so T is at least the time in which the slowest can do something. With `leave` a
 * device that can't do a block by the deadline is left out of the round, and its share counts as not training. That
 * makes short rounds, but as long as the device stays slow, nobody learns from its data: only for data that is alike
 * on all devices.
 *
 * @param costs of depth 1 … L
 * @param importance g_1 … g_L, at least zero; only their proportions matter
 */
export function configureOptimally(
  context: ConfigurationContext,
  costs: readonly DepthCost[],
  importance: readonly number[],
  stragglers: Stragglers = 'wait',
): Configuration {
  const { candidates, excluded } = listCandidates(context, costs);
  const gains = importance.toReversed();
  const reaches = candidates.map(({ seconds }) => reachSeconds(seconds));
  const targetSeconds = findBestDeadline(reaches, gains, earliestDeadline(reaches, stragglers));
  const devices: ConfiguredDevice[] = [];
  const late: ExcludedDevice[] = [];
  for (const candidate of candidates) {
    const device = fitToDeadline(candidate, targetSeconds);
    if (device.seconds > targetSeconds) {
      late.push({ id: device.id, reason: explainLateness(device, targetSeconds) });
    } else devices.push(dropUselessBlocks(device, candidate, gains, targetSeconds));
  }
  return { targetSeconds, devices, excluded: mergeInOrder(context.devices, excluded, late) };
}

/** Both lists in one, all three in the order of the devices. */
function mergeInOrder(
  devices: ConfigurationContext['devices'],
  one: readonly ExcludedDevice[],
  other: readonly ExcludedDevice[],
): readonly ExcludedDevice[] {
  if (other.length === 0) return one;
  const merged: ExcludedDevice[] = [];
  let [nextOne, nextOther] = [0, 0];
  for (const { id } of devices) {
    const [first, second] = [one[nextOne], other[nextOther]];
    if (first?.id === id) {
      merged.push(first);
      nextOne++;
    } else if (second?.id === id) {
      merged.push(second);
      nextOther++;
    }
  }
  return merged;
}

function earliestDeadline(reaches: readonly (readonly number[])[], stragglers: Stragglers): number {
  let [quickest, slowest] = [Number.POSITIVE_INFINITY, 0];
  for (const reach of reaches) {
    const first = reach[0] ?? 0;
    quickest = Math.min(quickest, first);
    slowest = Math.max(slowest, first);
  }
  return stragglers === 'wait' ? slowest : quickest;
}

/** The least depth that is as important and also in time; gains[k-1] is the importance that depth k adds. */
function dropUselessBlocks(
  device: ConfiguredDevice,
  { id, seconds }: Candidate,
  gains: readonly number[],
  targetSeconds: number,
): ConfiguredDevice {
  let least = device;
  for (let depth = device.depth; depth > 1 && gains[depth - 1] === 0; depth--) {
    const shallower = seconds[depth - 2] ?? 0;
    if (shallower <= targetSeconds) least = { id, depth: depth - 1, seconds: shallower };
  }
  return least;
}

function explainLateness({ depth, seconds }: ConfiguredDevice, targetSeconds: number): string {
  const blocks = depth === 1 ? '1 block' : `${depth} blocks`;
  return `training ${blocks} takes it ${seconds.toFixed(1)} s, the deadline is ${targetSeconds.toFixed(1)} s`;
}
