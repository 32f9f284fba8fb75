import { itemAt } from '@legend-fl/base';
import { splitAwaited } from './awaited.ts';
import {
  type Candidate,
  type Configuration,
  type ConfigurationContext,
  fitToCohort,
  fitToDeadline,
  listCandidates,
} from './configuration.ts';
import type { DepthCost } from './depth-costs.ts';

/**
 * Depths for one round, with a deadline that some uniform depth has too (paper: greedy, from estimated capacities, every
 * round anew; steps and amendment are ours). It fills waiting time with depth, and pays for that in traffic; for the
 * opposite choice see `configureToFastest`.
 * t_i(k) is the completion time of device i at depth k, T_K = max_i t_i(K) the round time if all train K blocks.
 *
 * 1. kmax_i = the greatest depth within i's memory and bytes budget. Who has none is left out.
 * 2. F = min_i t_i(kmax_i): the fastest device does all it can.
 * 3. T* = T_K for the least K with T_K ≥ F. (Such a K exists and no device's kmax is below it: a device r whose kmax
 *    is least has T_K ≥ t_r(kmax_r) ≥ F at K = kmax_r.)
 * 4. k_i = the greatest k ≤ kmax_i with t_i(k) ≤ T*.
 *
 * The amendment is 3. The plain rule T* = F, with one block for whoever can't do even that in time, fails twice:
 * rounding every slower device down can make it wait longer than it would at uniform depth, and if the slowest device
 * needs more than F for its one block, all others stop early for nothing. Raising F to the next round time of a
 * uniform depth mends both, for then the device that sets T_K does exactly K blocks and everyone else at least K:
 *
 * - Waiting is never worse than at uniform depth, namely at the greatest depth that all devices hold and finish in the
 *   plan's round time. That depth is K; its round takes as long, T_K, and each device is busy t_i(k_i) ≥ t_i(K). Where
 *   the slower of two devices is also the slower per block, uniform waiting grows with depth, so that uniform plans
 *   deeper than K, with their longer rounds, wait no less.
 * - A device that gets faster, others equal, never gets a lower depth. Let its times fall. If it now sets F, then
 *   t_i(kmax_i) = F ≤ T* gives it kmax_i. Else F stays and no T_K rises. If it set T*, it had K blocks; the new K is no
 *   lower, and everyone has at least K. If another did, T_K stays, as do the smaller ones below F: T* is the same,
 *   and at least as many blocks fit.
 *
 * What one device's claims can do: with false speed, or honest speed and memory for a single block, T* falls to T_1, which
 * is what the slowest takes for one block; with false slowness T* becomes its own T_1, so that all others train as deep as
 * they can, and the round is as long as it says. Where claims can't be trusted, use `configureToTrimmed`.
 *
 * F and T_K are those of the awaited devices; the others are fitted to T*.
 *
 * @param costs of depth 1 … L
 */
export function configureGreedily(context: ConfigurationContext, costs: readonly DepthCost[]): Configuration {
  const { candidates, excluded } = listCandidates(context, costs);
  return { ...fitToCommonDeadline(candidates, context), excluded };
}

/** Steps 2 to 4, for devices of which step 1 is known. */
export function fitToCommonDeadline(
  candidates: readonly Candidate[],
  context: Pick<ConfigurationContext, 'minimumCohort'>,
): Omit<Configuration, 'excluded'> {
  const { awaited } = splitAwaited(candidates);
  const fastestSeconds = awaited.reduce(
    (least, { seconds }) => Math.min(least, itemAt(seconds, -1)),
    Number.POSITIVE_INFINITY,
  );
  const targetSeconds = listUniformSeconds(awaited).find((seconds) => seconds >= fastestSeconds);
  if (targetSeconds === undefined)
    throw new RangeError('No uniform depth takes as long as the fastest device.');
  const devices = fitToCohort(candidates, context, (candidate) => fitToDeadline(candidate, targetSeconds));
  return { targetSeconds, devices };
}

/** T_1, T_2, … up to the greatest depth that every device can hold. */
function listUniformSeconds(candidates: readonly Candidate[]): number[] {
  const sharedDepth = candidates.reduce(
    (least, { seconds }) => Math.min(least, seconds.length),
    Number.POSITIVE_INFINITY,
  );
  return Array.from({ length: sharedDepth }, (_, index) =>
    candidates.reduce((longest, { seconds }) => Math.max(longest, itemAt(seconds, index)), 0),
  );
}
