import type { ExcludedDevice } from '../plan.ts';

/** Both lists in one, all three in the order of the devices. */
export function mergeExcluded(
  devices: readonly { readonly id: string }[],
  one: readonly ExcludedDevice[],
  other: readonly ExcludedDevice[],
): readonly ExcludedDevice[] {
  if (other.length === 0) return one;
  const merged: ExcludedDevice[] = [];
  let [nextOne, nextOther] = [0, 0];
  for (const { id } of devices) {
    const [first, second] = [one[nextOne], other[nextOther]];
    if (first?.id === id) {
      merged.push(first);
      nextOne++;
    } else if (second?.id === id) {
      merged.push(second);
      nextOther++;
    }
  }
  return merged;
}
