import { expect, test } from 'vitest';
import { parsePart, takePart } from './parse-part.ts';

test('parts are disjoint and together the whole', () => {
  const items = Array.from({ length: 11 }, (_, index) => index);
  const parts = ['1/3', '2/3', '3/3'].map((text) => takePart(items, parsePart(text)));
  expect(parts[1]).toEqual([1, 4, 7, 10]);
  expect(parts.flat().toSorted((one, other) => one - other)).toEqual(items);
});

test.each(['', '1', '0/3', '4/3', '1/0', '-1/3', '1.5/3', '1/3/5', 'a/b'])('%j is no part', (text) => {
  expect(() => parsePart(text)).toThrow('such as 1/3');
});
