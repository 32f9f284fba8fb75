import type { Candidate } from './configuration.ts';
import { reachSeconds } from './reach-seconds.ts';

/**
 * The latest deadline at most `from` with which the mean predicted waiting time of these devices is within the bound:
 * deadlines fall past one t_i(k) after the other, and with each a device loses a block, down to max_i t_i(1), below which
 * the round gets no shorter. If none meets the bound, the one that waits least. In O(nL log nL).
 */
export function lowerDeadline(
  candidates: readonly Candidate[],
  from: number,
  waitingBoundSeconds: number,
): number {
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
