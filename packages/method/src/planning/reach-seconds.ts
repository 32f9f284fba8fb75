/**
 * Entry k-1: the time in which a device can do at least k blocks, min over k' ≥ k of t(k'). Never descends. The times
 * themselves where they don't descend either, as without trunk caches.
 *
 * @param seconds t(1) … t(kmax)
 */
export function reachSeconds(seconds: readonly number[]): readonly number[] {
  if (!descends(seconds)) return seconds;
  const reach = [...seconds];
  for (let index = reach.length - 2; index >= 0; index--) {
    reach[index] = Math.min(reach[index] ?? 0, reach[index + 1] ?? 0);
  }
  return reach;
}

function descends(seconds: readonly number[]): boolean {
  for (let index = 1; index < seconds.length; index++) {
    if ((seconds[index] ?? 0) < (seconds[index - 1] ?? 0)) return true;
  }
  return false;
}
