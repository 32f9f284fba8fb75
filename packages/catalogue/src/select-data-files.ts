import { posix } from 'node:path';
import { SourceFailure } from './source.ts';

/** File name endings of data files, best first where a repository has several formats. */
export const dataExtensions = ['.parquet', '.jsonl', '.ndjson', '.csv', '.tsv'];

/**
 * The data files to read of a repository: those of the train part, and for testing those of the validation
 * part, else of the test part (whose labels many benchmarks withhold). A single file of another name is the
 * whole data set. The part is a word of the path: `data/train-00000-of-00001.parquet`, `default/dev/0.csv`.
 *
 * @throws SourceFailure when there are no data files, or several data sets (as folders) to choose from.
 */
export function selectDataFiles(paths: readonly string[]): readonly string[] {
  const extension = dataExtensions.find((ending) => paths.some((path) => path.endsWith(ending)));
  if (extension === undefined) {
    throw new SourceFailure('incomplete', `it has no file that ends in ${dataExtensions.join(', ')}`);
  }
  const candidates = paths.filter((path) => path.endsWith(extension)).sort();
  const named = (...words: readonly string[]): string[] =>
    candidates.filter((path) => wordsOf(path).some((word) => words.includes(word)));
  const train = named('train');
  if (train.length === 0 && candidates.length === 1) return candidates;
  const folders = [...new Set(train.map((path) => posix.dirname(path)))];
  if (folders.length !== 1) {
    const found = folders.length === 0 ? 'no train files' : `train files in ${folders.join(', ')}`;
    throw new SourceFailure('incomplete', `it has ${found}; download the files you want and give their path`);
  }
  const validation = named('validation', 'valid', 'val', 'dev');
  return [...train, ...(validation.length > 0 ? validation : named('test'))];
}

/** The part that a file chosen by {@link selectDataFiles} belongs to; none for a whole data set in one piece. */
export function partOf(path: string, selected: readonly string[]): 'train' | 'test' | undefined {
  if (selected.length === 1) return undefined;
  return wordsOf(path).includes('train') ? 'train' : 'test';
}

function wordsOf(path: string): string[] {
  return path.toLowerCase().split(/[^a-z]+/);
}
