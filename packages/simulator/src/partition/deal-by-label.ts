import { type Random, requireDefined } from '@legend-fl/base';
import { randomGamma } from 'd3-random';
import { dealInProportion } from './deal-in-proportion.ts';
import { fillEmpty } from './fill-empty.ts';
import { groupIndices } from './group-indices.ts';

export interface LabelDeal {
  readonly devices: number;
  /** Concentration: towards 0 each label lies on one device, towards infinity all devices have the same mixture. */
  readonly alpha: number;
  readonly random: Random;
}

/**
 * Label skew as in Yurochkin et al. (arXiv 1905.12022): the examples of each label, in random order, are cut into one piece
 * per device with proportions from Dirichlet(alpha, …, alpha). A device that ends up without examples gets one from the
 * device with the most.
 */
export function dealByLabel(labels: readonly number[], { devices, alpha, random }: LabelDeal): number[][] {
  const dealt = groupIndices(labels).map((indices) =>
    dealInProportion(random.shuffle(indices), drawDirichlet(devices, alpha, random)),
  );
  const shares = Array.from({ length: devices }, (_, device) =>
    dealt.flatMap((pieces) => requireDefined(pieces[device], `piece of device ${device}`)),
  );
  fillEmpty(shares);
  return shares;
}

/** Gamma draws: in proportion they are a Dirichlet draw. */
function drawDirichlet(length: number, alpha: number, random: Random): number[] {
  const draws = Array.from({ length }, randomGamma.source(random)(alpha));
  // A tiny alpha underflows every draw to 0; its limit puts everything on one device.
  if (!draws.some((draw) => draw > 0)) draws[random.integer(length)] = 1;
  return draws;
}
