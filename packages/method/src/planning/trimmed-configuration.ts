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
import { trimExtremes } from './trim-extremes.ts';

/**
 * Depths for one round, with a deadline that no device sets alone (ours). t_i(k) is the completion time of device i at
 * depth k.
 *
 * 1. kmax_i = the greatest depth within i's memory and bytes budget. Who has none is left out.
 * 2. T* = a trimmed minimum: the least t_i(L) once the fastest tenth of the devices is left out of account, one at least
 *    from three devices on, see `trimExtremes`.
 * 3. k_i = the greatest k ≤ kmax_i with t_i(k) ≤ T*; where there is none, the depth that takes i least.
 *
 * It mends two faults of `configureToFastest`, whose T* is min_i t_i(kmax_i). There a false claim of speed takes
 * everybody's depth down to 1; and so does an honest device that is fast and has memory for one block. What this promises
 * in their place, without a minimum cohort:
 *
 * - One device among three or more, whatever it claims, leaves T* within the times of the others: with m trimmed, T* is at
 *   least their m-th least time and at most the next. So nobody is less deep than if the liar's place were taken by an
 *   honest device, as fast as the fastest of the others. The same holds for m liars.
 * - Memory and bytes budget of a device change nobody else's depth, as long as it can train at all: t_i(L) takes no notice
 *   of them.
 * - Nobody is less deep than with `configureToFastest`: t_i(kmax_i) ≤ t_i(L), and a trimmed minimum is no lower.
 * - A device that gets faster, others equal, never gets a lower depth. If T* stays, at least as much fits. If T* falls,
 *   then to the device's new t_i(L) or to a time above that, so that it gets kmax_i.
 *
 * What it costs: rounds are as long as the fastest class of devices takes for all blocks, also where none of them has the
 * memory, and the trimmed devices wait. With two devices a liar decides as before.
 *
 * @param costs of depth 1 … L
 */
export function configureToTrimmed(
  context: ConfigurationContext,
  costs: readonly DepthCost[],
): Configuration {
  const { candidates, excluded } = listCandidates(context, costs);
  return { ...fitToTrimmedDeadline(candidates, context, costs), excluded };
}

/** Steps 2 and 3, for devices of which step 1 is known. */
export function fitToTrimmedDeadline(
  candidates: readonly Candidate[],
  context: ConfigurationContext,
  costs: readonly DepthCost[],
): Omit<Configuration, 'excluded'> {
  const { awaited } = splitAwaited(candidates);
  const targetSeconds = trimExtremes(awaited, context, costs).fastestSeconds;
  const devices = fitToCohort(candidates, context, (candidate) => fitToDeadline(candidate, targetSeconds));
  return { targetSeconds, devices };
}
