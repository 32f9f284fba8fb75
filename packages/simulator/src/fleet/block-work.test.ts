import { folderFiles } from '@legend-fl/adapter/node';
import { openModel } from '@legend-fl/models';
import { expect, test } from 'vitest';
import { tinyModelFolder } from '../experiment/tiny-experiment.fixture.ts';
import { blockWork } from './block-work.ts';

// 3 blocks, hidden size 32, intermediate size 64; per block query, key, value and output of 32 → 32, intermediate
// 32 → 64, output 64 → 32.
const { architecture } = await openModel(folderFiles(tinyModelFolder), { seed: 1 });

test('a block’s work is that of its matrix products', () => {
  const { forwardFlopsPerBlock, backwardFlopsPerBlock } = blockWork(architecture, {
    batchSize: 2,
    tokens: 10,
  });
  const perToken = 2 * (4 * 32 * 32 + 2 * 32 * 64) + 4 * 10 * 32;
  expect(forwardFlopsPerBlock).toBe(2 * 10 * perToken);
  expect(backwardFlopsPerBlock / forwardFlopsPerBlock).toBeCloseTo(43 / 47, 12);
});
