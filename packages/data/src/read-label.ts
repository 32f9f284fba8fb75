import { InputError } from '@legend-fl/base';
import type { Reading } from './dataset.ts';
import type { Row } from './tables/table.ts';

/**
 * The class name that a row's label stands for, or `dropped` where the `sign` rule sees a zero.
 *
 * @throws InputError with the row's place for a label that is missing, neither text nor an integer, or
 * without a name in `labelNames`.
 */
export function readLabel(
  row: Row,
  column: string,
  { labelRule = 'as-is', labelNames }: Pick<Reading, 'labelRule' | 'labelNames'>,
): { readonly name: string } | 'dropped' {
  const value = row.cell(column);
  if (labelRule === 'sign') {
    const score = readScore(value, column, row.place);
    if (score === 0) return 'dropped';
    return { name: score < 0 ? 'negative' : 'positive' };
  }
  const label = readClass(value, column, row.place);
  if (labelNames === undefined) return { name: label };
  const name = Object.hasOwn(labelNames, label) ? labelNames[label] : undefined;
  if (name === undefined) {
    throw new InputError({
      code: 'data-label-unknown',
      expected: `one of the labels ${Object.keys(labelNames).join(', ')} in column "${column}"`,
      got: `"${label}"`,
      where: row.place,
      todo: 'Correct the label.',
    });
  }
  return { name };
}

function readScore(value: unknown, column: string, place: string): number {
  const score = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof score === 'bigint') return Number(score);
  if (typeof score === 'number' && Number.isFinite(score)) return score;
  throw invalidLabel(`a number as score in column "${column}"`, value, place);
}

function readClass(value: unknown, column: string, place: string): string {
  if (typeof value === 'bigint' || Number.isSafeInteger(value)) return String(value);
  if (typeof value === 'string' && value.trim() !== '') return value.trim();
  throw invalidLabel(`text or an integer as label in column "${column}"`, value, place);
}

function invalidLabel(expected: string, value: unknown, where: string): InputError {
  const got = value === undefined || value === '' ? 'nothing' : (JSON.stringify(value) ?? typeof value);
  return new InputError({ code: 'data-label-invalid', expected, got, where, todo: 'Correct the label.' });
}
