/** The indices of each distinct key, keys ascending. */
export function groupIndices<Key extends string | number>(keys: readonly Key[]): number[][] {
  const groups = Map.groupBy(keys.entries(), ([, key]) => key);
  return [...groups]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, members]) => members.map(([index]) => index));
}
