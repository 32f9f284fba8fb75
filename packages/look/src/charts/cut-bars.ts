/** How many times as long as the next one a bar is that would flatten all others. */
const outlying = 3;

/**
 * Where an axis of bars ends: at the longest, unless a few (at most a third) are so much longer than the rest that
 * nothing else could be read; then a quarter beyond the longest of the rest. Longer bars are cut there.
 * @param lengths of the bars, whiskers included
 */
export function boundOfBars(lengths: readonly number[]): number {
  const sorted = lengths.filter((length) => length > 0).sort((one, other) => other - one);
  for (let cut = Math.floor(sorted.length / 3); cut > 0; cut--) {
    const [shortest = 0, longest = 0] = [sorted[cut - 1], sorted[cut]];
    if (shortest > outlying * longest) return longest * 1.25;
  }
  return sorted[0] ?? 1;
}
