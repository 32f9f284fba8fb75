import { expect, test } from 'vitest';
import { localTask, type TaskOccasion, type TaskSettings } from './local-task.ts';
import { tensorOf, threeBlocks } from './messages/sample.fixture.ts';
import { localSchema } from './settings/local-settings.ts';

const local = localSchema.parse({ steps: 4, batchSize: 2, warmupRounds: 1, schedule: 'linear' });
const settings: TaskSettings = { local, rounds: 10, seed: 3, trunkCache: null };
const plan = { depth: 2, trunk: 'base' } as const;
const start = { adapter: threeBlocks, merged: undefined };
const occasion: TaskOccasion = {
  name: 'legend',
  round: 3,
  localSteps: 4,
  deviceId: 'a',
  examples: [1, 5],
};
const taskOf = (changes: Partial<TaskOccasion> = {}) =>
  localTask(settings, plan, start, { ...occasion, ...changes });

test('a task says what to train, for how long and where in the schedule', () => {
  expect(taskOf()).toEqual({
    adapter: threeBlocks,
    depth: 2,
    trunk: 'base',
    examples: [1, 5],
    steps: 4,
    batchSize: 2,
    update: { optimizer: 'adamw', weightDecay: 0.01, maxGradNorm: 1 },
    learningRate: { peak: 2e-3, warmupSteps: 4, totalSteps: 40 },
    firstStep: 8,
    seed: expect.any(Number),
  });
});

test('a constant rate has no end', () => {
  const constant = { ...settings, local: localSchema.parse({}) };
  expect(localTask(constant, plan, start, occasion).learningRate).toEqual({ peak: 2e-3, warmupSteps: 0 });
});

test('its batches depend on seed, round and device alone', () => {
  const seeds = [
    taskOf(),
    taskOf({ round: 4 }),
    taskOf({ deviceId: 'b' }),
    localTask({ ...settings, seed: 4 }, plan, start, occasion),
  ].map(({ seed }) => seed);
  expect(new Set(seeds).size).toBe(4);
  expect(taskOf({ name: 'fedlora', examples: [7] }).seed).toBe(seeds[0]);
});

test('merged weights are named by run and round', () => {
  const merged = new Map([['blocks.1.query', tensorOf([30, 30], 7)]]);
  const task = localTask(settings, plan, { ...start, merged }, occasion);
  expect(task.merged).toEqual({ version: 'legend, round 3', deltas: merged });
});

test('the plan’s training and the cache are passed on', () => {
  const cached = { ...settings, trunkCache: { megabytes: 1, type: 'f16' } as const };
  const training = { factors: 'B', quantizedBlocks: 1 } as const;
  expect(localTask(cached, { ...plan, training }, start, occasion)).toMatchObject({
    factors: 'B',
    quantizedBlocks: 1,
    trunkCache: { elementType: 'f16' },
  });
});
