import { expect, test } from 'vitest';
import { entryOf } from './entry-of.ts';
import { itemAt } from './item-at.ts';

test('an item comes from either end, of lists and typed arrays', () => {
  expect([itemAt([1, 2, 3], 0), itemAt([1, 2, 3], -1), itemAt(Float32Array.of(4), 0)]).toEqual([1, 3, 4]);
  expect(itemAt([null], 0)).toBeNull();
});

test.each([0, 3, -4, 0.5, Number.NaN])('no item %d is a fault', (index) => {
  expect(() => itemAt(index === 0 ? [] : [1, 2, 3], index)).toThrow(RangeError);
});

test('an entry that is missing is a fault', () => {
  expect(entryOf(new Map([['a', 0]]), 'a')).toBe(0);
  expect(() => entryOf(new Map([['a', 0]]), 'b')).toThrow('There is no entry b among 1.');
});
