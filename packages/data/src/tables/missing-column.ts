import { InputError, nearestName } from '@legend-fl/base';

/** The error for a column that is not there: lists those that are and suggests the most similar. */
export function missingColumn(where: string, wanted: string, present: readonly string[]): InputError {
  const nearest = nearestName(wanted, present);
  const list = present.map((name) => `"${name}"`).join(', ');
  return new InputError({
    code: 'data-column-missing',
    expected: `a column "${wanted}"`,
    got: present.length > 0 ? `the columns ${list}` : 'no columns',
    where,
    todo:
      nearest === undefined
        ? 'Name the columns that hold the text and the label.'
        : `Did you mean "${nearest}"? Name the columns that hold the text and the label.`,
  });
}
