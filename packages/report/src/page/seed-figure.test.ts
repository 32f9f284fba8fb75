import { expect, test } from 'vitest';
import { seedFigure } from './seed-figure.ts';

test('mean, range and sample standard deviation are over the seeds that have the figure', () => {
  expect(seedFigure([2, null, 4, 9])).toEqual({
    mean: 5,
    min: 2,
    max: 9,
    deviation: Math.sqrt((9 + 1 + 16) / 2),
    seeds: 3,
  });
});

test('one seed has no deviation, and no seed no figure', () => {
  expect(seedFigure([null, 3])).toEqual({ mean: 3, min: 3, max: 3, deviation: null, seeds: 1 });
  expect(seedFigure([null])).toBeNull();
});
