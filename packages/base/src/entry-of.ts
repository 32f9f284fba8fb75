/**
 * The value of a key that is known to be there, as `itemAt` does for lists.
 *
 * @throws RangeError where there is none
 */
export function entryOf<Key, Value>(map: ReadonlyMap<Key, Value>, key: Key): Exclude<Value, undefined> {
  const value = map.get(key);
  if (value !== undefined) return value as Exclude<Value, undefined>;
  throw new RangeError(`There is no entry ${String(key)} among ${map.size}.`);
}
