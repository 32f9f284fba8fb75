import { fileURLToPath } from 'node:url';
import { folderFiles } from '@legend-fl/adapter/node';
import { openModel } from '@legend-fl/models';
import { describe, expect, test } from 'vitest';
import { collate } from './collate.ts';
import { toyDataset } from './toy-dataset.fixture.ts';

const architectureOf = async (name: string) => {
  const folder = fileURLToPath(new URL(`../../../../testdata/models/${name}/`, import.meta.url));
  return (await openModel(folderFiles(folder), { seed: 1 })).architecture;
};
const bert = await architectureOf('bert');

const data = (feeds: ReturnType<typeof collate>, name: string) => [...(feeds.get(name)?.data ?? [])];

describe('a batch', () => {
  const feeds = collate(bert, toyDataset([3, 9, 2]), [2, 0]);

  test('has a row per example in the order asked for, padded on the right to the bucket of 8', () => {
    expect(feeds.get('input_ids')).toMatchObject({ dtype: 'int32', dims: [2, 8] });
    const pad = (...ids: number[]) => [...ids, ...Array(8 - ids.length).fill(bert.paddingId)];
    expect(data(feeds, 'input_ids')).toEqual([...pad(300, 301), ...pad(100, 101, 102)]);
  });

  test('has a mask of 1 over tokens and 0 over padding, and segments over tokens', () => {
    expect(feeds.get('attention_mask')).toMatchObject({ dtype: 'float32', dims: [2, 8] });
    expect(data(feeds, 'attention_mask')).toEqual([1, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0]);
    expect(data(feeds, 'token_type_ids')).toEqual([0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0]);
  });

  test('counts positions from 0', () => {
    expect(feeds.get('position_ids')).toMatchObject({ dtype: 'int32', dims: [8] });
    expect(data(feeds, 'position_ids')).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });
});

test.for([
  [1, 8],
  [8, 8],
  [9, 16],
  [63, 64],
  [64, 64],
])('an example of %d tokens is padded to %d', ([tokens = 0, length = 0]) => {
  expect(collate(bert, toyDataset([tokens]), [0]).get('input_ids')?.dims).toEqual([1, length]);
});

test('a bucket is never longer than the model takes', () => {
  const short = { ...bert, maxTokens: 13 };
  expect(collate(short, toyDataset([13]), [0]).get('input_ids')?.dims).toEqual([1, 13]);
});

test('RoBERTa counts positions from behind its padding id, pads with that, and has no segments', async () => {
  const roberta = await architectureOf('roberta-sharded');
  const feeds = collate(roberta, toyDataset([2]), [0]);
  expect(roberta.paddingId).toBe(1);
  expect(data(feeds, 'position_ids')).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
  expect(data(feeds, 'input_ids')).toEqual([100, 101, 1, 1, 1, 1, 1, 1]);
  expect(feeds.has('token_type_ids')).toBe(roberta.hasTokenTypes);
});
