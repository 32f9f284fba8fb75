import { expect, it } from 'vitest';
import { reachSeconds } from './reach-seconds.ts';

it('at least k blocks take as long as the quickest depth from k on', () => {
  expect(reachSeconds([5, 4, 7, 6, 6])).toEqual([4, 4, 6, 6, 6]);
});

it('times that do not descend stay as they are', () => {
  const seconds = [1, 1, 2, 5];
  expect(reachSeconds(seconds)).toBe(seconds);
});
