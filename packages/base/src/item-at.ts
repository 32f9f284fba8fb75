/**
 * The item of a list that is known to be there; a negative index counts from the end. For the places where a missing item
 * is a fault of the program: input is checked with an InputError instead.
 *
 * @throws RangeError where there is none
 */
export function itemAt<Item>(items: ArrayLike<Item>, index: number): Exclude<Item, undefined> {
  const item = items[index < 0 ? items.length + index : index];
  if (item !== undefined) return item as Exclude<Item, undefined>;
  throw new RangeError(`There is no item ${index} in a list of ${items.length}.`);
}
