import { type ResolvedModel, resolveData, resolveModel } from '@legend/catalogue';
import { type Dataset, type Reading, readExamples, readTrainTest } from '@legend/data';
import { showDownloads } from './terminal/show-downloads.ts';

/** A model on this machine, fetched where it has to be, with a progress bar on stderr. */
export async function locateModel(ref: string): Promise<ResolvedModel> {
  return showDownloads((options) => resolveModel(ref, options));
}

/** Data in two parts: its own, its fixed split, or a tenth held out. */
export async function loadTrainTest(
  ref: string,
  reading: Reading,
): Promise<{ train: Dataset; test: Dataset }> {
  const source = await showDownloads((options) => resolveData(ref, options));
  return warned(await readTrainTest(source, reading));
}

/**
 * One part of the data where it has parts; a single file without a split of its own is one whole.
 */
export async function loadPart(ref: string, part: 'train' | 'test', reading: Reading): Promise<Dataset> {
  const source = await showDownloads((options) => resolveData(ref, options));
  const divided = source.split !== undefined || source.files.some((file) => file.part !== undefined);
  if (divided) return warned(await readTrainTest(source, reading))[part];
  const whole = await readExamples(source, reading);
  return warned({ train: whole, test: whole })[part];
}

function warned<T extends { readonly train: Dataset }>(data: T): T {
  for (const warning of data.train.warnings ?? []) console.error(`note: ${warning}`);
  return data;
}
