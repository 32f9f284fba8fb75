import { InputError } from '@legend-fl/base';

/**
 * The class names in an order that does not depend on the order of the rows: numerically when all are
 * integers, else by code units.
 *
 * @throws InputError when there is only one class.
 */
export function orderClasses(where: string, names: ReadonlySet<string>): string[] {
  if (names.size < 2) {
    throw new InputError({
      code: 'data-one-class',
      expected: 'labels of at least two classes',
      got: `only "${[...names].join()}"`,
      where,
      todo: 'Add examples of another class, or give the list of classes the model distinguishes.',
    });
  }
  const byCodeUnits = [...names].sort();
  const allIntegers = byCodeUnits.every((name) => /^-?\d+$/.test(name));
  return allIntegers ? byCodeUnits.sort((a, b) => Number(a) - Number(b)) : byCodeUnits;
}
