import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chunk, evaluationBatches, trainingBatches } from './plan-batches.ts';
import { toyDataset } from './toy-dataset.fixture.ts';

const cases = fc.record({
  lengths: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 60 }),
  batchSize: fc.integer({ min: 1, max: 12 }),
  seed: fc.nat(),
});

function takeEpoch(lengths: readonly number[], options: { batchSize: number; seed: number }, epochs = 1) {
  const dataset = toyDataset(lengths);
  const batches = trainingBatches(dataset, [...lengths.keys()], options);
  const count = epochs * Math.ceil(lengths.length / options.batchSize);
  return Array.from({ length: count }, () => batches.next().value);
}

describe('training batches', () => {
  test('hold every example once per epoch, in batches of the size but the odd one', () => {
    fc.assert(
      fc.property(cases, ({ lengths, ...options }) => {
        const perEpoch = Math.ceil(lengths.length / options.batchSize);
        for (const epoch of chunk(takeEpoch(lengths, options, 3), perEpoch)) {
          expect(epoch.flat().sort((a, b) => a - b)).toEqual([...lengths.keys()]);
          const odd = epoch.filter((batch) => batch.length !== options.batchSize);
          expect(odd.map((batch) => batch.length)).toEqual(
            lengths.length % options.batchSize === 0 ? [] : [lengths.length % options.batchSize],
          );
        }
      }),
    );
  });

  test('follow from the seed', () => {
    fc.assert(
      fc.property(cases, ({ lengths, ...options }) => {
        expect(takeEpoch(lengths, options, 2)).toEqual(takeEpoch(lengths, options, 2));
      }),
    );
    const lengths = Array.from({ length: 40 }, (_, index) => index + 1);
    const epochs = (seed: number) => chunk(takeEpoch(lengths, { batchSize: 4, seed }, 2), 10);
    const [first, second] = epochs(1);
    expect(first).not.toEqual(second);
    expect(epochs(2)[0]).not.toEqual(first);
  });

  test('draw only from the examples given', () => {
    const batches = trainingBatches(toyDataset([1, 2, 3, 4, 5]), [1, 3], { batchSize: 4, seed: 1 });
    expect(batches.next().value.toSorted()).toEqual([1, 3]);
    expect(batches.next().value.toSorted()).toEqual([1, 3]);
  });

  test('put examples of like length together: less padding than in random order', () => {
    const lengths = Array.from({ length: 64 }, (_, index) => 1 + ((index * 37) % 40));
    const padding = takeEpoch(lengths, { batchSize: 4, seed: 3 }).reduce((sum, batch) => {
      const own = batch.map((example) => lengths[example] ?? 0);
      return sum + own.length * Math.max(...own) - own.reduce((total, length) => total + length, 0);
    }, 0);
    // 64 examples are one window, so that batches are runs of the sorted lengths.
    expect(padding).toBeLessThan(64 * 2);
  });
});

test('evaluation batches hold every example once, longest first', () => {
  fc.assert(
    fc.property(cases, ({ lengths, batchSize }) => {
      const batches = evaluationBatches(toyDataset(lengths), [...lengths.keys()], batchSize);
      const order = batches.flat();
      expect(order.toSorted((a, b) => a - b)).toEqual([...lengths.keys()]);
      const sorted = order.map((example) => lengths[example] ?? 0);
      expect(sorted).toEqual(lengths.toSorted((a, b) => b - a));
      expect(batches.every(({ length }) => length <= batchSize)).toBe(true);
    }),
  );
});
