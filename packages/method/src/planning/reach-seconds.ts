/**
 * Entry k-1: the time in which a device can do at least k blocks, min over k' ≥ k of t(k'). Never descends. The times
 * themselves where they don't descend either, as without trunk caches.
 *
 * @param seconds t(1) … t(kmax)
 */
export function reachSeconds(seconds: readonly number[]): readonly number[] {
  if (!descends(seconds)) return seconds;
  let least = Number.POSITIVE_INFINITY;
  const deepestFirst = seconds.toReversed().map((each) => {
    least = Math.min(least, each);
    return least;
  });
  return deepestFirst.reverse();
}

function descends(seconds: readonly number[]): boolean {
  let before = Number.NEGATIVE_INFINITY;
  for (const each of seconds) {
    if (each < before) return true;
    before = each;
  }
  return false;
}
