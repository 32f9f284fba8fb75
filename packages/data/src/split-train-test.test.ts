import { InputError } from '@legend-fl/base';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Dataset } from './dataset.ts';
import { splitTrainTest } from './split-train-test.ts';

/** `counts[c]` examples of each class c, ordered by class, each with a text of its own. */
function datasetOf(counts: readonly number[]): Dataset {
  const examples = counts.flatMap((count, label) =>
    Array.from({ length: count }, (_, index) => ({ text: `${label}-${index}`, label })),
  );
  return { id: 'made', classes: counts.map(String), examples };
}

const datasetAndSize = fc
  .array(fc.integer({ min: 1, max: 40 }), { minLength: 2, maxLength: 5 })
  .chain((counts) => {
    const total = counts.reduce((sum, count) => sum + count, 0);
    return fc.record({
      dataset: fc.constant(datasetOf(counts)),
      testCount: fc.integer({ min: 1, max: total - 1 }),
      seed: fc.integer(),
    });
  });

const countOf = (dataset: Dataset, label: number) =>
  dataset.examples.filter((example) => example.label === label).length;

describe('properties', () => {
  test('train and test partition the examples, and the test set has the wanted size', () => {
    fc.assert(
      fc.property(datasetAndSize, ({ dataset, testCount, seed }) => {
        const { train, test } = splitTrainTest(dataset, { testCount, seed });
        expect(test.examples).toHaveLength(testCount);
        const texts = [...train.examples, ...test.examples].map(({ text }) => text);
        expect(texts.sort()).toEqual(dataset.examples.map(({ text }) => text).sort());
      }),
    );
  });

  test('every class is within one example of its share', () => {
    fc.assert(
      fc.property(datasetAndSize, ({ dataset, testCount, seed }) => {
        const { test } = splitTrainTest(dataset, { testCount, seed });
        for (const label of dataset.classes.keys()) {
          const share = (countOf(dataset, label) * testCount) / dataset.examples.length;
          expect(Math.abs(countOf(test, label) - share)).toBeLessThan(1);
        }
      }),
    );
  });

  test('the same split gives the same result', () => {
    fc.assert(
      fc.property(datasetAndSize, ({ dataset, testCount, seed }) => {
        expect(splitTrainTest(dataset, { testCount, seed })).toEqual(
          splitTrainTest(dataset, { testCount, seed }),
        );
      }),
    );
  });
});

test('another seed holds out other examples', () => {
  const dataset = datasetOf([50, 50]);
  const texts = (seed: number) =>
    splitTrainTest(dataset, { testFraction: 0.2, seed }).test.examples.map(({ text }) => text);
  expect(texts(1)).not.toEqual(texts(2));
});

test('a file ordered by class comes out mixed', () => {
  const { train } = splitTrainTest(datasetOf([50, 50]), { testFraction: 0.1, seed: 0 });
  const firstHalf = train.examples.slice(0, 45).filter(({ label }) => label === 0).length;
  expect(firstHalf).toBeGreaterThan(10);
  expect(firstHalf).toBeLessThan(35);
});

test.each([0, 10, 11, -1, 2.5, Number.NaN])('a test set of %s of 10 examples is refused', (testCount) => {
  const split = () => splitTrainTest(datasetOf([5, 5]), { testCount, seed: 0 });
  expect(split).toThrow(InputError);
  expect(split).toThrow(/expected a test set of 1 to 9 examples/);
});
