import { fileURLToPath } from 'node:url';
import { folderFiles } from '@legend-fl/adapter/node';
import { openModel } from '@legend-fl/models';
import { expect, test } from 'vitest';
import { measureCapacity } from './measure-capacity.ts';
import { nodeRuntime } from './node/node-runtime.ts';

test('a machine’s capacity is finite and fits together', async () => {
  const folder = fileURLToPath(new URL('../../../testdata/models/bert/', import.meta.url));
  const model = await openModel(folderFiles(folder), { seed: 1 });
  const shape = { batchSize: 4, tokens: 16, rank: 2 };
  const capacity = await measureCapacity(model, nodeRuntime({ threads: 1 }), shape, 3);
  const { blocks, stepSeconds, forwardSecondsPerBlock, backwardSecondsPerBlock, ...rates } = capacity;
  expect(blocks).toBe(3);
  expect(stepSeconds).toHaveLength(3);
  for (const seconds of [...stepSeconds, forwardSecondsPerBlock]) expect(seconds).toBeGreaterThan(0);
  // A slope over noise: on so small a model it may come out below zero.
  expect(Number.isFinite(backwardSecondsPerBlock)).toBe(true);
  for (const rate of Object.values(rates)) expect(rate > 0 && Number.isFinite(rate)).toBe(true);
  expect(rates.tokensPerSecond).toBeCloseTo(16 * rates.examplesPerSecond, 6);
  expect(rates.examplesPerSecond).toBeCloseTo(4 / (stepSeconds[2] ?? 0), 6);
});
