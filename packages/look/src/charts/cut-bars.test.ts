import { expect, test } from 'vitest';
import { boundOfBars } from './cut-bars.ts';

test('an axis ends at the longest bar', () => {
  expect(boundOfBars([4, 2, 9])).toBe(9);
  expect(boundOfBars([1, 2])).toBe(2);
  expect(boundOfBars([])).toBe(1);
});

test('a bar that would flatten the others is cut, and several of its kind are', () => {
  expect(boundOfBars([4.1, 1.7, 8.5, 6.5, 5.8, 121.2, 12.4])).toBe(12.4 * 1.25);
  expect(boundOfBars([4, 2, 90, 8, 120, 6])).toBe(10);
});

test('what most bars have in common is no outlier', () => {
  expect(boundOfBars([100, 90, 2])).toBe(100);
  expect(boundOfBars([100, 2])).toBe(100);
});
