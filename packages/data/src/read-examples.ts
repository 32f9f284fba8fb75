import { basename } from 'node:path';
import { InputError } from '@legend/base';
import { type Columns, chooseColumns } from './choose-columns.ts';
import type { DataSource, Dataset, Example, Part, Reading } from './dataset.ts';
import { orderClasses } from './order-classes.ts';
import { readLabel } from './read-label.ts';
import { openTable } from './tables/open-table.ts';
import type { Row } from './tables/table.ts';

/** An example whose label is still the class's name, and where it came from. */
interface NamedExample extends Omit<Example, 'label'> {
  readonly className: string;
  readonly place: string;
}

/**
 * Reads all files of `source`, or those of one `part`, as labelled examples in file order.
 * Fields of `options` override the source's own reading.
 *
 * ```ts
 * const { classes, examples } = await readExamples({ id: 'mine', files: [{ path: 'reviews.csv' }] });
 * ```
 *
 * @throws InputError naming file and line (row in Parquet files): unreadable or malformed file, text that
 * is not UTF-8, missing column, empty text, a label that is no class, no rows, one class only.
 */
export async function readExamples(
  source: DataSource,
  options: Reading & { readonly part?: Part | undefined } = {},
): Promise<Dataset> {
  const reading = override(source.reading ?? {}, options);
  const files = source.files.filter(({ part }) => options.part === undefined || part === options.part);
  const named: NamedExample[] = [];
  const warnings: string[] = [];
  for (const { path, key } of files) {
    const table = await openTable(path, reading);
    if (table.columns.length === 0) continue;
    const columns = chooseColumns(path, table.columns, reading);
    let dropped = 0;
    for (const row of await table.rows(Object.values(columns))) {
      const example = readRow(row, columns, reading, key);
      if (example === 'dropped') dropped += 1;
      else named.push(example);
    }
    if (dropped > 0) warnings.push(`${basename(path)}: rows with score 0 dropped: ${dropped}`);
  }
  if (named.length === 0) {
    throw new InputError({
      code: 'data-no-rows',
      expected: 'at least one example',
      got: 'none',
      where: files.map(({ path }) => path).join(', ') || source.id,
      todo: 'Give a file with a row per example.',
    });
  }
  const classes =
    reading.classes ?? orderClasses(source.id, new Set(named.map(({ className }) => className)));
  const examples = indexLabels(named, classes);
  return { id: source.id, classes, examples, ...(warnings.length > 0 && { warnings }) };
}

function override(reading: Reading, options: Reading): Reading {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return { ...reading, ...Object.fromEntries(given) };
}

function readRow(
  row: Row,
  columns: Columns,
  reading: Reading,
  fileKey: string | undefined,
): NamedExample | 'dropped' {
  const className = readLabel(row, columns.label, reading);
  if (className === 'dropped') return 'dropped';
  const key = columns.key === undefined ? fileKey : readText(row, columns.key);
  return {
    text: readText(row, columns.text),
    ...(columns.textPair !== undefined && { textPair: readText(row, columns.textPair) }),
    ...(key !== undefined && { key }),
    className: className.name,
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

function indexLabels(named: readonly NamedExample[], classes: readonly string[]): Example[] {
  const indexOf = new Map(classes.map((name, index) => [name, index]));
  return named.map(({ className, place, ...example }) => {
    const label = indexOf.get(className);
    if (label === undefined) {
      throw new InputError({
        code: 'data-label-unknown',
        expected: `one of the classes ${classes.map((name) => `"${name}"`).join(', ')}`,
        got: `label "${className}"`,
        where: place,
        todo: 'Correct the label, or give the list of classes that the data has.',
      });
    }
    return { ...example, label };
  });
}
