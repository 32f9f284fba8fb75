import {
  type Candidate,
  type Configuration,
  type ConfigurationContext,
  fitToDeadline,
  listCandidates,
} from './configuration.ts';
import type { DepthCost } from './depth-costs.ts';
import { reachSeconds } from './reach-seconds.ts';

/**
 * Depths for one round, with the deadline of the fastest device (ours, the plain reading of the paper's greedy rule).
 * t_i(k) is the completion time of device i at depth k.
 *
 * 1. kmax_i = the greatest depth within i's memory and bytes budget. Who has none is left out.
 * 2. T* = F = min_i t_i(kmax_i): the fastest device does all it can, and the round is not made longer for anybody's
 *    depth.
 * 3. k_i = the greatest k ≤ kmax_i with t_i(k) ≤ T*; one block where there is none.
 * 4. Where a bound on waiting is given and exceeded: T* = the next smaller t_i(k), and 3 again; down to max_i t_i(1),
 *    since below it the round gets no shorter and everybody waits longer. If no T* meets the bound, the one that waits
 *    least.
 *
 * What it promises, against `configureGreedily`: nobody trains more blocks or sends more, and no round is longer, since
 * there T* ≥ F too. Where a straggler needs longer than F for its one block, the rounds are equally long, and this one
 * has the smaller messages. A device that gets faster, others equal, never gets a lower depth (without a bound): F rises
 * for nobody, and if it falls, then to that device's time at its kmax.
 *
 * What it costs: all others stop at F, so blocks far from the output are trained by fewer devices, and waiting can be
 * longer than at a uniform depth.
 *
 * @param costs of depth 1 … L
 */
export function configureToFastest(
  context: ConfigurationContext,
  costs: readonly DepthCost[],
  waitingBoundSeconds: number | null = null,
): Configuration {
  const { candidates, excluded } = listCandidates(context, costs);
  const fastestSeconds = candidates.reduce(
    (least, { seconds }) => Math.min(least, seconds.at(-1) ?? least),
    Number.POSITIVE_INFINITY,
  );
  const targetSeconds =
    waitingBoundSeconds === null
      ? fastestSeconds
      : lowerDeadline(candidates, fastestSeconds, waitingBoundSeconds);
  return {
    targetSeconds,
    devices: candidates.map((candidate) => fitToDeadline(candidate, targetSeconds)),
    excluded,
  };
}

/** Step 4, in O(nL log nL): deadlines fall past one t_i(k) after the other, and with each a device loses a block. */
function lowerDeadline(candidates: readonly Candidate[], from: number, waitingBoundSeconds: number): number {
  const reaches = candidates.map(({ seconds }) => reachSeconds(seconds));
  const leastSeconds = reaches.reduce((longest, [first = 0]) => Math.max(longest, first), 0);
  let busySeconds = 0;
  const losses: { readonly seconds: number; readonly saved: number }[] = [];
  for (const reach of reaches) {
    busySeconds += reach[0] ?? 0;
    for (let index = 1; index < reach.length; index++) {
      const [before = 0, seconds = 0] = [reach[index - 1], reach[index]];
      if (seconds > from) break;
      busySeconds += seconds - before;
      if (seconds > leastSeconds) losses.push({ seconds, saved: seconds - before });
    }
  }
  losses.sort((a, b) => b.seconds - a.seconds);
  let best = from;
  let leastWaiting = Number.POSITIVE_INFINITY;
  for (
    let next = 0, deadline = Math.max(from, leastSeconds);
    ;
    deadline = losses[next]?.seconds ?? leastSeconds
  ) {
    const waiting = deadline - busySeconds / candidates.length;
    if (waiting < leastWaiting) {
      best = Math.min(from, deadline);
      leastWaiting = waiting;
    }
    if (waiting <= waitingBoundSeconds || deadline <= leastSeconds) return best;
    for (; (losses[next]?.seconds ?? 0) >= deadline; next++) busySeconds -= losses[next]?.saved ?? 0;
  }
}
