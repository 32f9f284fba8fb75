import { InputError } from '@legend-fl/base';
import type { Reading } from './dataset.ts';
import { missingColumn } from './tables/missing-column.ts';

/** The columns that an example's parts come from. */
export interface Columns {
  readonly text: string;
  readonly textPair?: string;
  readonly label: string;
  readonly key?: string;
}

/**
 * Picks the columns to read: those `reading` names, else `text` (or `text_a` and `text_b`) and `label`.
 *
 * @throws InputError listing the columns there are when one is missing.
 */
export function chooseColumns(path: string, present: readonly string[], reading: Reading): Columns {
  const pick = (name: string): string => {
    if (!present.includes(name)) throw missingColumn(path, name, present);
    return name;
  };
  const { labelColumn = 'label', keyColumn } = reading;
  return {
    ...chooseTexts(path, present, reading, pick),
    label: pick(labelColumn),
    ...(keyColumn !== undefined && { key: pick(keyColumn) }),
  };
}

function chooseTexts(
  path: string,
  present: readonly string[],
  { textColumn, textPairColumn }: Reading,
  pick: (name: string) => string,
): Pick<Columns, 'text' | 'textPair'> {
  if (textColumn !== undefined) {
    return {
      text: pick(textColumn),
      ...(textPairColumn !== undefined && { textPair: pick(textPairColumn) }),
    };
  }
  if (textPairColumn !== undefined) {
    throw new InputError({
      code: 'data-column-missing',
      expected: 'a text column beside the text-pair column',
      got: `only the pair column "${textPairColumn}"`,
      where: path,
      todo: 'Name both columns.',
    });
  }
  const pair = !present.includes('text') && present.includes('text_a');
  return pair ? { text: 'text_a', textPair: pick('text_b') } : { text: pick('text') };
}
