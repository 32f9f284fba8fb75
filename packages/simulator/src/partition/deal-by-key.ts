import type { Random } from '@legend-fl/base';
import { dealEvenly } from './deal-evenly.ts';
import { groupIndices } from './group-indices.ts';

export interface KeyDeal {
  readonly devices: number;
  readonly random: Random;
}

/**
 * Deals examples by their key. If there are at least as many keys as devices, keys are dealt in random order, so that a device
 * holds whole keys. If there are fewer, every device holds part of one key: each key gets one device, each further device goes
 * to the key with the most examples per device (d'Hondt), and a key's examples are dealt evenly at random.
 */
export function dealByKey(keys: readonly string[], { devices, random }: KeyDeal): number[][] {
  const groups = groupIndices(keys);
  if (groups.length >= devices) {
    return dealEvenly(random.shuffle(groups), devices).map((dealt) => dealt.flat());
  }
  const dealt = groups.map((indices) => ({ indices, hands: 1 }));
  const needOf = ({ indices, hands }: (typeof dealt)[number]) => indices.length / (hands + 1);
  for (let hands = groups.length; hands < devices; hands++) {
    const neediest = dealt.reduce((one, other) => (needOf(other) > needOf(one) ? other : one));
    neediest.hands++;
  }
  return random.shuffle(dealt.flatMap(({ indices, hands }) => dealEvenly(random.shuffle(indices), hands)));
}
