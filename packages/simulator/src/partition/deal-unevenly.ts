import type { Random } from '@legend-fl/base';
import { randomNormal } from 'd3-random';
import { dealInProportion } from './deal-in-proportion.ts';
import { fillEmpty } from './fill-empty.ts';

export interface UnevenDeal {
  readonly devices: number;
  /** σ: 0 for equal sizes; at 1 the sizes of two thirds of the devices lie within a factor of e around the median. */
  readonly unevenness: number;
  readonly random: Random;
}

/**
 * Deals examples at random, in log-normal proportions exp(σ·N(0, 1)) (ours). A device whose proportion rounds to nothing gets
 * one example from the device with the most.
 *
 * @param examples indices, in random order
 */
export function dealUnevenly(
  examples: readonly number[],
  { devices, unevenness, random }: UnevenDeal,
): number[][] {
  const draws = Array.from({ length: devices }, randomNormal.source(random)());
  // Relative to the greatest, so that no exponential overflows.
  const greatest = draws.reduce((one, other) => Math.max(one, other));
  const weights = draws.map((draw) => Math.exp(unevenness * (draw - greatest)));
  const shares = dealInProportion(examples, weights);
  fillEmpty(shares);
  return shares;
}
