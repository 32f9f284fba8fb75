import { expect, test } from 'vitest';
import { chooseEvenly } from './choose-evenly.ts';

test('few items are all kept, and of many an even choice from the first to the last', () => {
  expect(chooseEvenly([1, 2, 3], 3)).toEqual([1, 2, 3]);
  expect(chooseEvenly([...Array(10_000).keys()], 5)).toEqual([0, 2500, 5000, 7499, 9999]);
  expect(chooseEvenly([1, 2, 3], 1)).toEqual([1]);
});
