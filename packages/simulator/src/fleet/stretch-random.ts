import { type Random, seededRandom } from '@legend-fl/base';

/**
 * Random numbers that stay the same for a stretch of `rounds` rounds and do not depend on earlier rounds. Each device draws
 * once where its stretches begin, so that devices change in different rounds, each in every `rounds`-th.
 */
export function stretchRandom(
  what: string,
  id: string,
  { round, rounds, seed }: { readonly round: number; readonly rounds: number; readonly seed: number },
): Random {
  const phase = seededRandom(seed, what, 'phase', id).integer(rounds);
  return seededRandom(seed, what, id, Math.floor((round - 1 + phase) / rounds));
}
