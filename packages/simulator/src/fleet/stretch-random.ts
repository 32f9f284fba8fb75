import { type Random, seededRandom } from '@legend-fl/base';

/**
 * The random numbers of the stretch of `rounds` rounds that a round lies in, and of nothing before it. A device's
 * stretches follow one another from a phase of its own, drawn once, so that different devices change in different
 * rounds and each in every `rounds`-th.
 */
export function stretchRandom(
  what: string,
  id: string,
  { round, rounds, seed }: { readonly round: number; readonly rounds: number; readonly seed: number },
): Random {
  const phase = seededRandom(seed, what, 'phase', id).integer(rounds);
  return seededRandom(seed, what, id, Math.floor((round - 1 + phase) / rounds));
}
