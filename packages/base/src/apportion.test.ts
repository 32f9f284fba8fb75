import { expect, test } from 'vitest';
import { apportion } from './apportion.ts';

test.each([
  [[3, 1], 5, [4, 1]],
  [[1, 1, 1], 3, [1, 1, 1]],
  [[1, 1, 1], 2, [1, 1, 0]],
  [[30, 40, 10], 20, [8, 10, 2]],
  [[5, 0], 3, [3, 0]],
])('weights %j share %i seats as %j', (weights, seats, expected) => {
  const counts = apportion(weights, seats);
  expect(counts).toEqual(expected);
  expect(counts.reduce((sum, count) => sum + count)).toBe(seats);
});
