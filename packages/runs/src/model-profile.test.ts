import { fileURLToPath } from 'node:url';
import { selectLinearMaps } from '@legend-fl/lora';
import { openModel } from '@legend-fl/models';
import { folderFiles } from '@legend-fl/adapter/node';
import { expect, test } from 'vitest';
import { modelProfile } from './model-profile.ts';

const tinyModelFolder = fileURLToPath(new URL('../../../testdata/models/bert/', import.meta.url));

// 3 blocks, hidden size 32, intermediate size 64, 3 classes; per block query, key, value and output of 32 → 32,
// intermediate 32 → 64, output 64 → 32.
const model = await openModel(folderFiles(tinyModelFolder), { seed: 1 });
const { architecture } = model;

test('a profile has the parameters of adapter and head and the bytes of kept activations', () => {
  const queryValue = selectLinearMaps(architecture, ['query', 'value']);
  expect(modelProfile(model, queryValue, { batchSize: 2, tokens: 10 })).toMatchObject({
    blocks: 3,
    rankParameters: Array(3).fill({ A: 2 * 32, B: 2 * 32 }),
    bottleneckParameters: { perWidth: 65, fixed: 32 },
    headParameters: 3 * 32 + 3,
    activationBytesPerBlock: 4 * 2 * 10 * (7 * 32 + 3 * 64),
    workingBytes: 4 * 2 * 10 * (7 * 32 + 3 * 64),
  });
  const all = selectLinearMaps(
    architecture,
    architecture.linearMaps.map(({ name }) => name),
  );
  expect(modelProfile(model, all, { batchSize: 1, tokens: 1 }).rankParameters).toEqual(
    Array(3).fill({ A: 5 * 32 + 64, B: 5 * 32 + 64 }),
  );
});

test('a profile has the bytes of all weights', () => {
  const layer = 4 * (32 * 32 + 32) + (64 * 32 + 64) + (32 * 64 + 32) + 4 * 32;
  const embeddings = (200 + 64 + 2) * 32 + 2 * 32;
  const headAndPooler = 32 * 32 + 32 + 3 * 32 + 3;
  const { weightBytes } = modelProfile(model, [], { batchSize: 1, tokens: 1 });
  expect(weightBytes).toBe(4 * (3 * layer + embeddings + headAndPooler));
});
