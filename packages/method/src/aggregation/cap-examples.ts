/**
 * The greatest share of a round's examples that one of n devices may have: `maximumShare`, but never less than twice an
 * equal share, for honest devices differ; and then at most half, so that no device outweighs all others together. That
 * is 1/2 of 2 to 4 devices, 1/5 of 10, and `maximumShare` of 1,000.
 */
export function shareLimit(devices: number, maximumShare: number): number {
  return devices < 2 ? 1 : Math.max(maximumShare, Math.min(1 / 2, 2 / devices));
}

/**
 * The examples that devices claim, none more than its share: min(n_i, C) with the greatest whole C for which
 * C ≤ share·Σ min(n_j, C), so that the share holds of the capped total (water-filling).
 *
 * @param examples whole numbers from 1
 */
export function capExamples(examples: readonly number[], maximumShare: number): readonly number[] {
  const share = shareLimit(examples.length, maximumShare);
  const fits = (cap: number) =>
    cap <= share * examples.reduce((total, each) => total + Math.min(each, cap), 0);
  const most = examples.reduce((greatest, each) => Math.max(greatest, each), 1);
  if (fits(most)) return examples;
  // A cap of 1 always fits, the share being an equal one at least; and below one that fits all do, as the right side is
  // concave and 0 at 0.
  let [low, high] = [1, most];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return examples.map((each) => Math.min(each, low));
}
