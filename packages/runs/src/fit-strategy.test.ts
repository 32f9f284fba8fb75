import { fileURLToPath } from 'node:url';
import { folderFiles } from '@legend-fl/adapter/node';
import { createStrategy } from '@legend-fl/method';
import { openModel } from '@legend-fl/models';
import { expect, test } from 'vitest';
import { fitStrategy } from './fit-strategy.ts';

const folder = fileURLToPath(new URL('../../../testdata/models/bert/', import.meta.url));
const model = await openModel(folderFiles(folder), { seed: 1 });
const options = { targets: null, batchSize: 2, tokens: 8, seed: 1 };

test('a strategy starts on the query and value of every block, unless other linear maps are named', () => {
  const strategy = createStrategy('fedlora', {});
  const { targets, profile, initial } = fitStrategy(strategy, model, options);
  expect(targets).toEqual(['attention.self.query', 'attention.self.value']);
  expect(profile.blocks).toBe(3);
  expect(initial.adapter.blocks.map((block) => [...block.keys()])).toEqual(Array(3).fill(targets));
  expect(initial.memory).toBeNull();
  const fitted = fitStrategy(strategy, model, { ...options, targets: ['intermediate.dense'] });
  expect(fitted.targets).toEqual(['intermediate.dense']);
  expect(fitted.profile.rankParameters).not.toEqual(profile.rankParameters);
});

test('a target that the model lacks is refused', () => {
  const strategy = createStrategy('fedlora', {});
  expect(() => fitStrategy(strategy, model, { ...options, targets: ['none'] })).toThrow('none');
});
