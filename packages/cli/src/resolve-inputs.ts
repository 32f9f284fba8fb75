import { type ResolvedModel, resolveData, resolveModel } from '@legend-fl/catalogue';
import type { DataSource, Dataset, Reading } from '@legend-fl/data';
import { readExamples, readTrainTest } from '@legend-fl/data/node';
import { alignClasses } from './align-classes.ts';
import { showDownloads } from './terminal/show-downloads.ts';

/** A model on this machine, downloaded if need be, with a progress bar on stderr. */
export async function locateModel(ref: string): Promise<ResolvedModel> {
  return showDownloads((options) => resolveModel(ref, options));
}

/** Training and test examples with the same classes. */
interface Parts {
  readonly train: Dataset;
  readonly test: Dataset;
}

/** Class names of a trained head, in the order of its outputs; undefined without a trained head. */
type HeadClasses = readonly string[] | undefined;

/**
 * Reads data in two parts: its own parts, its fixed split, or with a tenth held out. The classes are those of the reading,
 * else those of the head if it has all classes of the data, else those of the data.
 */
export async function loadTrainTest(ref: string, reading: Reading, head: HeadClasses): Promise<Parts> {
  return nameClasses(await readTrainTest(await locateData(ref), reading), reading, head);
}

/** One part of the data; a single file without a split is one whole. The classes are those of `loadTrainTest`. */
export async function loadPart(
  ref: string,
  part: keyof Parts,
  reading: Reading,
  head: HeadClasses,
): Promise<Dataset> {
  return readPart(await locateData(ref), part, reading, head);
}

/** A data set on this machine, downloaded if need be, with a progress bar on stderr. */
export async function locateData(ref: string): Promise<DataSource> {
  return showDownloads((options) => resolveData(ref, options));
}

/** Like `loadPart`, for data that is on this machine. */
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
