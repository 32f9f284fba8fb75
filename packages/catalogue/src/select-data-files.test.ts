import { expect, test } from 'vitest';
import { partOf, selectDataFiles } from './select-data-files.ts';

test.each([
  [
    'shards',
    ['data/train-1-of-2.parquet', 'data/train-0-of-2.parquet', 'data/test-0-of-1.parquet'],
    ['data/train-0-of-2.parquet', 'data/train-1-of-2.parquet', 'data/test-0-of-1.parquet'],
  ],
  ['Parquet before CSV', ['train.csv', 'train.parquet'], ['train.parquet']],
  ['validation before test', ['train.csv', 'dev.csv', 'test.csv'], ['train.csv', 'dev.csv']],
  [
    'folders as parts',
    ['default/train/0.jsonl', 'default/validation/0.jsonl'],
    ['default/train/0.jsonl', 'default/validation/0.jsonl'],
  ],
  ['one file of any name', ['README.md', 'reviews.tsv'], ['reviews.tsv']],
])('%s', (_, paths, expected) => {
  expect(selectDataFiles(paths)).toEqual(expected);
});

test.each([
  ['no data', ['README.md'], 'it has no file that ends in .parquet, .jsonl'],
  ['several data sets', ['cola/train.csv', 'sst2/train.csv'], 'train files in cola, sst2'],
  ['no train part', ['a.csv', 'b.csv'], 'no train files'],
])('refused: %s', (_, paths, message) => {
  expect(() => selectDataFiles(paths)).toThrow(message);
});

test('everything that is not for training is for testing; a single file is neither', () => {
  const selected = ['train.csv', 'dev.csv'];
  expect(selected.map((path) => partOf(path, selected))).toEqual(['train', 'test']);
  expect(partOf('all.csv', ['all.csv'])).toBeUndefined();
});
