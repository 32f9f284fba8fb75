import { InputError } from '@legend-fl/base';
import type { DataSource, Dataset, Example, Part, Reading } from '../dataset.ts';
import { orderClasses } from '../order-classes.ts';
import { type LabelledText, readLabelledTexts } from '../read-labelled-texts.ts';
import { readFileBytes } from './read-file-bytes.ts';

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
  const files = source.files
    .filter(({ part }) => options.part === undefined || part === options.part)
    .map((file) => ({ ...file, bytes: () => readFileBytes(file.path) }));
  const { texts, warnings } = await readLabelledTexts(files, reading);
  const classes = reading.classes ?? orderClasses(source.id, new Set(texts.map(({ label }) => label)));
  const examples = indexLabels(texts, classes);
  return { id: source.id, classes, examples, ...(warnings.length > 0 && { warnings }) };
}

function override(reading: Reading, options: Reading): Reading {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return { ...reading, ...Object.fromEntries(given) };
}

function indexLabels(texts: readonly LabelledText[], classes: readonly string[]): Example[] {
  const indexOf = new Map(classes.map((name, index) => [name, index]));
  return texts.map(({ label: className, place, ...example }) => {
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
