import type { DataSource, Dataset, Reading } from '../dataset.ts';
import { defaultSplit, splitTrainTest } from '../split-train-test.ts';
import { readExamples } from './read-examples.ts';

/**
 * The train and test examples of `source`: its own test files where it has some, else its fixed split, else
 * {@link defaultSplit}. There is no seed to pass, so that results on the same data are comparable.
 *
 * @throws InputError as {@link readExamples} does, and when a test file has a class that no train file has.
 */
export async function readTrainTest(
  source: DataSource,
  options: Reading = {},
): Promise<{ readonly train: Dataset; readonly test: Dataset }> {
  if (!source.files.some(({ part }) => part === 'test')) {
    return splitTrainTest(await readExamples(source, options), source.split ?? defaultSplit);
  }
  const train = await readExamples(source, { ...options, part: 'train' });
  const test = await readExamples(source, { ...options, part: 'test', classes: train.classes });
  return { train, test };
}
