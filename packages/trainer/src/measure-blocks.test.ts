import { expect, test } from 'vitest';
import { measureBlocks } from './measure-blocks.ts';
import { newEngine, smallBert } from './small-bert.fixture.ts';

const shape = { batchSize: 4, tokens: 16, rank: 2 };

test.each([[[1, 3]], [[2]]])('blocks are measured on depths %j', async (depths) => {
  const options = { depths, repeats: 2, budgetSeconds: 60 };
  const seconds = await measureBlocks(newEngine(), smallBert, shape, options);
  expect(seconds.forwardSecondsPerBlock).toBeGreaterThan(0);
  expect(seconds.backwardSecondsPerBlock).toBeGreaterThanOrEqual(seconds.forwardSecondsPerBlock / 20);
});

test('a spent budget leaves one measurement of each', async () => {
  const options = { depths: [1], repeats: 1_000_000, budgetSeconds: 0 };
  const seconds = await measureBlocks(newEngine(), smallBert, shape, options);
  expect(seconds.forwardSecondsPerBlock).toBeGreaterThan(0);
});

test('other linear maps may carry the adapter', async () => {
  const options = { depths: [1], repeats: 1, budgetSeconds: 0 };
  const targets = ['intermediate.dense'];
  await expect(measureBlocks(newEngine(), smallBert, { ...shape, targets }, options)).resolves.toBeDefined();
  const unknown = measureBlocks(newEngine(), smallBert, { ...shape, targets: ['none'] }, options);
  await expect(unknown).rejects.toMatchObject({ name: 'InputError' });
});
