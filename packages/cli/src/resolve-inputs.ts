import { type ResolvedModel, resolveData, resolveModel } from '@legend-fl/catalogue';
import type { DataSource, Dataset, Reading } from '@legend-fl/data';
import { readExamples, readTrainTest } from '@legend-fl/data/node';
import { alignClasses } from './align-classes.ts';
import { showDownloads } from './terminal/show-downloads.ts';

/** A model on this machine, fetched where it has to be, with a progress bar on stderr. */
export async function locateModel(ref: string): Promise<ResolvedModel> {
  return showDownloads((options) => resolveModel(ref, options));
}

/** Training and test examples with the same classes. */
interface Parts {
  readonly train: Dataset;
  readonly test: Dataset;
}

/** Class names of a trained head, in the order of its outputs; undefined where there is none. */
type HeadClasses = readonly string[] | undefined;

/**
 * Data in two parts: its own, its fixed split, or a tenth held out. The classes are those of the reading, else those
 * of the head where it knows all of the data's, else the data's.
 */
export async function loadTrainTest(ref: string, reading: Reading, head: HeadClasses): Promise<Parts> {
  return nameClasses(await readTrainTest(await locateData(ref), reading), reading, head);
}

/** One part of the data where it has parts; a single file without a split of its own is one whole. Classes as above. */
export async function loadPart(
  ref: string,
  part: keyof Parts,
  reading: Reading,
  head: HeadClasses,
): Promise<Dataset> {
  return readPart(await locateData(ref), part, reading, head);
}

/** A data set on this machine, fetched where it has to be, with a progress bar on stderr. */
export async function locateData(ref: string): Promise<DataSource> {
  return showDownloads((options) => resolveData(ref, options));
}

/** One part of data that is on this machine; as `loadPart`. */
export async function readPart(
  source: DataSource,
  part: keyof Parts,
  reading: Reading,
  head: HeadClasses,
): Promise<Dataset> {
  return nameClasses(await readParts(source, reading), reading, head)[part];
}

async function readParts(source: DataSource, reading: Reading): Promise<Parts> {
  const divided = source.split !== undefined || source.files.some((file) => file.part !== undefined);
  if (divided) return readTrainTest(source, reading);
  const whole = await readExamples(source, reading);
  return { train: whole, test: whole };
}

function nameClasses({ train, test }: Parts, reading: Reading, head: HeadClasses): Parts {
  for (const warning of train.warnings ?? []) console.error(`note: ${warning}`);
  if (reading.classes !== undefined) return { train, test };
  return { train: alignClasses(train, head), test: alignClasses(test, head) };
}
