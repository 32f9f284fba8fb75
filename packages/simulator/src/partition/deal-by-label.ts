import type { Random } from '@legend/base';
import { randomGamma } from 'd3-random';
import { groupIndices } from './group-indices.ts';

export interface LabelDeal {
  readonly devices: number;
  /** Concentration: towards 0 each label lies on one device, towards infinity all devices have the same mixture. */
  readonly alpha: number;
  readonly random: Random;
}

/**
 * Label skew as in Yurochkin et al. (arXiv 1905.12022): the examples of each label, in random order, are
 * cut into one piece per device with proportions from Dirichlet(alpha, …, alpha). That may leave devices without
 * examples; each of those then gets one example of the device with the most.
 */
export function dealByLabel(labels: readonly number[], { devices, alpha, random }: LabelDeal): number[][] {
  const shares: number[][] = Array.from({ length: devices }, () => []);
  for (const indices of groupIndices(labels)) {
    const shuffled = random.shuffle(indices);
    let begin = 0;
    let cumulated = 0;
    for (const [device, proportion] of drawDirichlet(devices, alpha, random).entries()) {
      cumulated += proportion;
      const end = device === devices - 1 ? shuffled.length : Math.round(cumulated * shuffled.length);
      for (const index of shuffled.slice(begin, end)) shares[device]?.push(index);
      begin = end;
    }
  }
  fillEmpty(shares);
  return shares;
}

/** A point of the simplex: gamma draws divided by their sum. */
function drawDirichlet(length: number, alpha: number, random: Random): number[] {
  const drawGamma = randomGamma.source(random)(alpha);
  const draws = Array.from({ length }, drawGamma);
  const sum = draws.reduce((total, draw) => total + draw, 0);
  // A tiny alpha underflows every draw to 0; its limit puts everything on one device.
  if (sum === 0) draws[random.integer(length)] = 1;
  return draws.map((draw) => draw / (sum === 0 ? 1 : sum));
}

function fillEmpty(shares: readonly number[][]): void {
  for (const share of shares) {
    if (share.length > 0) continue;
    const largest = shares.reduce((one, other) => (other.length > one.length ? other : one));
    share.push(...largest.splice(-1));
  }
}
