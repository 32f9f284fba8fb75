import { createStrategy, strategyNames } from '@legend-fl/method';
import { expect, test } from 'vitest';
import { methodSchema, strategyOptions } from './method-settings.ts';

test('left out keys have their defaults, or are the strategy’s', () => {
  const settings = methodSchema.parse({});
  expect(settings).toEqual({
    targets: null,
    estimator: 'moving-average',
    trunk: { kind: 'base', refreshRounds: 1 },
    trunkCache: null,
    codec: { up: 'f32', down: 'f32' },
  });
  expect(strategyOptions(settings)).toEqual({});
});

test('what a strategy is made with is what was set, by the strategy’s names', () => {
  const given = {
    ranks: { kind: 'uniform', min: 2 },
    planner: 'optimal',
    deadline: 'shared',
    stragglers: 'leave',
    rankSharing: 'per-device',
  };
  const options = strategyOptions(methodSchema.parse({ ...given, codec: 'int8' }));
  expect(options).toEqual(given);
  for (const name of strategyNames) expect(createStrategy(name, options).name).toBe(name);
});

test('a name stands for both directions of a codec, and for the kind of a trunk', () => {
  const { codec, trunk } = methodSchema.parse({ codec: 'f16', trunk: 'global' });
  expect(codec).toEqual({ up: 'f16', down: 'f16' });
  expect(trunk).toEqual({ kind: 'global', refreshRounds: 1 });
});

test.each([
  [{ codec: { up: 'f32', down: 'int8' } }],
  [{ trunkCache: { megabytes: 0 } }],
  [{ ranks: { kind: 'custom', values: [] } }],
  [{ seed: 3 }],
])('%j is refused', (settings) => {
  expect(methodSchema.safeParse(settings).success).toBe(false);
});
