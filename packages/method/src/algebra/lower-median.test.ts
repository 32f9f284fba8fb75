import { describe, expect, it } from 'vitest';
import { lowerMedian } from './lower-median.ts';

describe('lowerMedian', () => {
  it.each([
    [[], 0],
    [[7], 7],
    [[9, 1], 1],
    [[3, 1, 2], 2],
    [[3e38, 1e-30, 10, 9], 9],
  ])('of %j is %d', (values, median) => {
    expect(lowerMedian(values)).toBe(median);
  });
});
