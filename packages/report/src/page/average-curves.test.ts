import { expect, test } from 'vitest';
import { averageCurves } from './average-curves.ts';

test('curves of different points are averaged where all of them run', () => {
  const one = [
    { x: 0, y: 0 },
    { x: 10, y: 10 },
  ];
  const other = [
    { x: 2, y: 6 },
    { x: 4, y: 6 },
    { x: 6, y: 10 },
  ];
  expect(averageCurves([one, other], 2)).toEqual([
    { x: 2, mean: 4, min: 2, max: 6 },
    { x: 4, mean: 5, min: 4, max: 6 },
    { x: 6, mean: 8, min: 6, max: 10 },
  ]);
});

test('curves that never run together, or are empty, have no average', () => {
  expect(averageCurves([[{ x: 0, y: 1 }], [{ x: 1, y: 1 }]], 4)).toEqual([]);
  expect(averageCurves([[{ x: 0, y: 1 }], []], 4)).toEqual([]);
  expect(averageCurves([], 4)).toEqual([]);
});

test('curves of one common point have that point', () => {
  expect(averageCurves([[{ x: 1, y: 1 }], [{ x: 1, y: 3 }]], 4)).toEqual([{ x: 1, mean: 2, min: 1, max: 3 }]);
});
