import { bounds } from '@legend-fl/protocol';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { DeviceScores } from './device-scores.ts';

function scoresOf(asked: readonly string[], unawaited: readonly string[] = [], minimum = 1): DeviceScores {
  return new DeviceScores({ asked, unawaited: new Set(unawaited), minimum });
}

test('scores are weighted by examples, in whatever order they come', async () => {
  const scores = scoresOf(['a', 'b', 'c']);
  expect(scores.add('c', { examples: 30, correct: 30, loss: 0.1 })).toBe(true);
  expect(scores.add('a', { examples: 10, correct: 2, loss: 0.5 })).toBe(true);
  expect(scores.owes('b')).toBe(true);
  expect(scores.silent).toEqual(['b']);
  expect(scores.add('b', null)).toBe(true);
  await scores.completed;
  expect(scores.summarize()).toEqual({ accuracy: 0.8, loss: 0.2, examples: 40, devices: 2 });
});

test('a device’s first answer counts, and strangers have none', () => {
  const scores = scoresOf(['a', 'b']);
  scores.add('a', { examples: 10, correct: 5, loss: 1 });
  expect(scores.add('a', { examples: 10, correct: 10, loss: 0 })).toBe(false);
  expect(scores.add('stranger', { examples: 10, correct: 10, loss: 0 })).toBe(false);
  expect(scores.summarize()).toMatchObject({ accuracy: 0.5, devices: 1 });
});

test('nobody to ask is complete at once and has no figures', async () => {
  const scores = scoresOf([]);
  await scores.completed;
  expect(scores.summarize()).toBe(null);
});

test('devices that are not waited for may answer, but complete nothing', async () => {
  const scores = scoresOf(['a', 'b'], ['b']);
  scores.add('a', { examples: 10, correct: 5, loss: 1 });
  await scores.completed;
  expect(scores.add('b', { examples: 10, correct: 10, loss: 0 })).toBe(true);
  expect(scores.summarize()).toMatchObject({ accuracy: 0.75, devices: 2 });
});

test('too few scores are none', () => {
  const scores = scoresOf(['a', 'b', 'c'], [], 3);
  scores.add('a', { examples: 10, correct: 10, loss: 0 });
  scores.add('b', { examples: 10, correct: 10, loss: 0 });
  expect(scores.summarize()).toBe(null);
});

const honest = fc.integer({ min: 1, max: 1000 }).chain((examples) =>
  fc.record({
    examples: fc.constant(examples),
    correct: fc.integer({ min: 0, max: examples }),
    loss: fc.double({ min: 0, max: 5, noNaN: true }),
  }),
);
const lie = fc.constantFrom(
  { examples: bounds.examples, correct: bounds.examples, loss: bounds.loss.min },
  { examples: bounds.examples, correct: 0, loss: bounds.loss.max },
  { examples: 1, correct: 1, loss: 0 },
);

test('with three devices or more, one that lies moves the figures nowhere that the others are not', () => {
  fc.assert(
    fc.property(fc.array(honest, { minLength: 2, maxLength: 30 }), lie, fc.nat(), (others, lied, place) => {
      const all = others.toSpliced(place % (others.length + 1), 0, lied);
      const scores = scoresOf(all.map((_, index) => `d-${index}`));
      for (const [index, score] of all.entries()) scores.add(`d-${index}`, score);
      const { accuracy, loss } = scores.summarize() ?? { accuracy: Number.NaN, loss: Number.NaN };
      const accuracies = others.map(({ correct, examples }) => correct / examples);
      const losses = others.map((score) => score.loss);
      expect(accuracy).toBeGreaterThanOrEqual(Math.min(...accuracies) - 1e-12);
      expect(accuracy).toBeLessThanOrEqual(Math.max(...accuracies) + 1e-12);
      expect(loss).toBeGreaterThanOrEqual(Math.min(...losses) - 1e-12);
      expect(loss).toBeLessThanOrEqual(Math.max(...losses) + 1e-12);
    }),
  );
});
