import { InputError } from '@legend-fl/base';
import { type Columns, chooseColumns } from './choose-columns.ts';
import type { Part, Reading } from './dataset.ts';
import { readLabel } from './read-label.ts';
import { openTable } from './tables/open-table.ts';
import type { Row } from './tables/table.ts';

/** A text, or pair of texts, whose label is still the name of its class. */
export interface LabelledText {
  readonly text: string;
  readonly textPair?: string;
  readonly label: string;
  /** The client it naturally belongs to. */
  readonly key?: string;
  /** File and line or row, for error messages. */
  readonly place: string;
}

/** A file's name in messages, and how to get its bytes. */
export interface DataFile {
  readonly path: string;
  readonly part?: Part | undefined;
  readonly key?: string | undefined;
  bytes(): Promise<Uint8Array<ArrayBuffer>>;
}

export interface LabelledTexts {
  /** In the order of the files. */
  readonly texts: readonly LabelledText[];
  /** Notes for the user on how the files were read. */
  readonly warnings: readonly string[];
}

/**
 * Reads labelled texts from files in a folder or in a browser.
 *
 * @throws InputError naming file and line (row in Parquet files): malformed file, text that is not UTF-8, missing
 * column, empty text, an invalid label, no rows.
 */
export async function readLabelledTexts(
  files: readonly DataFile[],
  reading: Reading = {},
): Promise<LabelledTexts> {
  const texts: LabelledText[] = [];
  const warnings: string[] = [];
  for (const { path, key, bytes } of files) {
    const table = await openTable({ path, bytes: await bytes() }, reading);
    if (table.columns.length === 0) continue;
    const columns = chooseColumns(path, table.columns, reading);
    let dropped = 0;
    for (const row of await table.rows(Object.values(columns))) {
      const text = readRow(row, columns, reading, key);
      if (text === 'dropped') dropped += 1;
      else texts.push(text);
    }
    const name = path.replace(/^.*[\\/]/, '');
    if (dropped > 0) warnings.push(`${name}: rows with score 0 dropped: ${dropped}`);
  }
  if (texts.length > 0) return { texts, warnings };
  throw new InputError({
    code: 'data-no-rows',
    expected: 'at least one example',
    got: 'none',
    where: files.map(({ path }) => path).join(', ') || 'data',
    todo: 'Give a file with a row per example.',
  });
}

function readRow(
  row: Row,
  columns: Columns,
  reading: Reading,
  fileKey: string | undefined,
): LabelledText | 'dropped' {
  const className = readLabel(row, columns.label, reading);
  if (className === 'dropped') return 'dropped';
  const key = columns.key === undefined ? fileKey : readText(row, columns.key);
  return {
    text: readText(row, columns.text),
    ...(columns.textPair !== undefined && { textPair: readText(row, columns.textPair) }),
    ...(key !== undefined && { key }),
    label: className.name,
    place: row.place,
  };
}

function readText(row: Row, column: string): string {
  const value = row.cell(column);
  if (typeof value === 'string' && value.trim() !== '') return value;
  const empty = value === null || value === undefined || typeof value === 'string';
  throw new InputError({
    code: empty ? 'data-text-empty' : 'data-text-invalid',
    expected: `text in column "${column}"`,
    got: empty ? 'nothing' : `a value of type ${typeof value}`,
    where: row.place,
    todo: 'Fill in the text or remove the row.',
  });
}
