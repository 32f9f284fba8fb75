import { itemAt } from '@legend-fl/base';
import type { ExcludedDevice } from '../plan.ts';
import { splitAwaited } from './awaited.ts';
import { findBestDeadline } from './best-deadline.ts';
import {
  type Candidate,
  type Configuration,
  type ConfigurationContext,
  type ConfiguredDevice,
  fitToCohort,
  fitToDeadline,
  listCandidates,
} from './configuration.ts';
import type { DepthCost } from './depth-costs.ts';
import { mergeExcluded } from './merge-excluded.ts';
import { reachSeconds } from './reach-seconds.ts';
import { trimExtremes } from './trim-extremes.ts';

/** Whether a round waits for devices that are late even with the depth that takes them least, or leaves them out. */
export type Stragglers = 'wait' | 'leave';

export interface OptimalOptions {
  /** `wait` by default. */
  readonly stragglers?: Stragglers;
  /** Whether the fastest and the slowest tenth have no say in the deadline, see `trimExtremes`; `false` by default. */
  readonly trimmed?: boolean;
}

/** A device with its depth, 0 if it is left out for the reason given. */
interface Fitted extends ConfiguredDevice {
  readonly reason?: string;
}

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
 * The deadline is the best one for the awaited devices; the others are fitted to it. So are depths to a minimum cohort, see
 * `fitToCohort`, which is not part of the objective.
 *
 * What one device's claims can do: with `wait`, false slowness makes the round as long as it says, and all others train as
 * deep as they can; false speed adds one device's share to P at no cost in T, which favours somewhat earlier deadlines. With
 * `leave`, false slowness only leaves the liar out, but false speed makes its own time the best deadline of all, and leaves
 * everybody else out. Hence `trimmed`: then the deadline is the best one for the middle of the awaited devices, and with
 * `wait` the slowest are late with the depth that takes them least.
 *
 * @param costs of depth 1 … L
 * @param importance g_1 … g_L, at least zero; only their proportions matter
 */
export function configureOptimally(
  context: ConfigurationContext,
  costs: readonly DepthCost[],
  importance: readonly number[],
  { stragglers = 'wait', trimmed = false }: OptimalOptions = {},
): Configuration {
  const { candidates, excluded } = listCandidates(context, costs);
  const { awaited } = splitAwaited(candidates);
  const deciding = trimmed ? trimExtremes(awaited, context, costs).middle : awaited;
  const gains = importance.toReversed();
  const reaches = deciding.map(({ seconds }) => reachSeconds(seconds));
  const targetSeconds = findBestDeadline(reaches, gains, earliestDeadline(reaches, stragglers));
  const fit = (candidate: Candidate): Fitted => {
    const device = fitToDeadline(candidate, targetSeconds);
    if (device.seconds > targetSeconds) {
      if (stragglers === 'wait') return device;
      return { ...device, depth: 0, reason: explainLateness(device, targetSeconds) };
    }
    const depth = dropUselessBlocks(device, candidate, gains, targetSeconds);
    return { id: device.id, depth, seconds: itemAt(candidate.seconds, depth - 1) };
  };
  const devices: ConfiguredDevice[] = [];
  const left: ExcludedDevice[] = [];
  for (const fitted of fitToCohort(candidates, context, fit)) {
    if (fitted.reason === undefined) devices.push(fitted);
    else left.push({ id: fitted.id, reason: fitted.reason });
  }
  return { targetSeconds, devices, excluded: mergeExcluded(context.devices, excluded, left) };
}

function earliestDeadline(reaches: readonly (readonly number[])[], stragglers: Stragglers): number {
  let [quickest, slowest] = [Number.POSITIVE_INFINITY, 0];
  for (const reach of reaches) {
    const first = itemAt(reach, 0);
    quickest = Math.min(quickest, first);
    slowest = Math.max(slowest, first);
  }
  return stragglers === 'wait' ? slowest : quickest;
}

/** The least depth that is as important and also in time; gains[k-1] is the importance that depth k adds. */
function dropUselessBlocks(
  device: ConfiguredDevice,
  { seconds }: Candidate,
  gains: readonly number[],
  targetSeconds: number,
): number {
  let least = device.depth;
  for (let depth = device.depth; depth > 1 && gains[depth - 1] === 0; depth--) {
    if (itemAt(seconds, depth - 2) <= targetSeconds) least = depth - 1;
  }
  return least;
}

function explainLateness({ depth, seconds }: ConfiguredDevice, targetSeconds: number): string {
  const blocks = countBlocks(depth);
  return `training ${blocks} takes it ${seconds.toFixed(1)} s, the deadline is ${targetSeconds.toFixed(1)} s`;
}

function countBlocks(depth: number): string {
  return depth === 1 ? '1 block' : `${depth} blocks`;
}
