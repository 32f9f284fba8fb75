import { itemAt } from '@legend-fl/base';
import { splitAwaited } from './awaited.ts';
import {
  type Configuration,
  type ConfigurationContext,
  fitToCohort,
  fitToDeadline,
  listCandidates,
} from './configuration.ts';
import type { DepthCost } from './depth-costs.ts';

/**
 * Depths for one round, with the deadline of the fastest device (ours, the plain reading of the paper's greedy rule).
 * t_i(k) is the completion time of device i at depth k.
 *
 * 1. kmax_i = the greatest depth within i's memory and bytes budget. Who has none is left out.
 * 2. T* = F = min_i t_i(kmax_i): the fastest device does all it can, and the round is not made longer for anybody's
 *    depth.
 * 3. k_i = the greatest k ≤ kmax_i with t_i(k) ≤ T*; one block where there is none.
 *
 * What it promises, against `configureGreedily`: nobody trains more blocks or sends more, and no round is longer, since
 * there T* ≥ F too. Where a straggler needs longer than F for its one block, the rounds are equally long, and this one
 * has the smaller messages. A device that gets faster, others equal, never gets a lower depth: F rises
 * for nobody, and if it falls, then to that device's time at its kmax.
 *
 * What it costs: all others stop at F, so blocks far from the output are trained by fewer devices, and waiting can be
 * longer than at a uniform depth. And one device decides F: a false claim of speed, or an honest fast device with memory
 * for a single block, takes everybody's depth down to 1. (A false claim of slowness changes nobody's depth.) Where claims
 * can't be trusted, use `configureToTrimmed`.
 *
 * F is taken over the awaited devices.
 *
 * @param costs of depth 1 … L
 */
export function configureToFastest(
  context: ConfigurationContext,
  costs: readonly DepthCost[],
): Configuration {
  const { candidates, excluded } = listCandidates(context, costs);
  const { awaited } = splitAwaited(candidates);
  const targetSeconds = awaited.reduce(
    (least, { seconds }) => Math.min(least, itemAt(seconds, -1)),
    Number.POSITIVE_INFINITY,
  );
  return {
    targetSeconds,
    devices: fitToCohort(candidates, context, (candidate) => fitToDeadline(candidate, targetSeconds)),
    excluded,
  };
}
