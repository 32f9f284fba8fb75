/**
 * Whole numbers in the proportions of `weights` that sum to `seats` (Hamilton's largest remainder; ties go to the weight
 * named first).
 *
 *     apportion([3, 1], 5); // [4, 1]
 */
export function apportion(weights: readonly number[], seats: number): readonly number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const quotas = weights.map((weight) => (weight * seats) / total);
  const counts = quotas.map(Math.floor);
  const open = seats - counts.reduce((sum, count) => sum + count, 0);
  const byRemainder = quotas
    .map((quota, index) => ({ index, remainder: quota - Math.floor(quota) }))
    .sort((one, other) => other.remainder - one.remainder);
  const favoured = new Set(byRemainder.slice(0, open).map(({ index }) => index));
  return counts.map((count, index) => (favoured.has(index) ? count + 1 : count));
}
