import type { Random } from '@legend-fl/base';
import { dealEvenly } from './deal-evenly.ts';
import { groupIndices } from './group-indices.ts';

export interface KeyDeal {
  readonly devices: number;
  readonly random: Random;
}

/**
 * Examples stay with their key. As many keys as devices or more: the keys are dealt, in random order, so a device
 * holds whole keys. Fewer: every device holds part of one key; each key gets one device, the others go one by one to
 * the key with the most examples per device (d'Hondt), and a key's examples are dealt evenly at random.
 */
export function dealByKey(keys: readonly string[], { devices, random }: KeyDeal): number[][] {
  const groups = groupIndices(keys);
  if (groups.length >= devices) {
    return dealEvenly(random.shuffle(groups), devices).map((dealt) => dealt.flat());
  }
  const hands = groups.map(() => 1);
  for (let dealt = groups.length; dealt < devices; dealt++) {
    let neediest = 0;
    const needOf = (group: number) => (groups[group]?.length ?? 0) / ((hands[group] ?? 0) + 1);
    for (const group of groups.keys()) if (needOf(group) > needOf(neediest)) neediest = group;
    hands[neediest] = (hands[neediest] ?? 0) + 1;
  }
  return random.shuffle(
    groups.flatMap((indices, group) => dealEvenly(random.shuffle(indices), hands[group] ?? 1)),
  );
}
