import { expect, test } from 'vitest';
import { requireDefined } from './require-defined.ts';

test('a value is returned as it is, null and 0 included', () => {
  expect(requireDefined(0, 'count')).toBe(0);
  expect(requireDefined(null, 'round')).toBeNull();
});

test('a missing value is named', () => {
  expect(() => requireDefined([].at(0), 'first device')).toThrow('there is no first device');
});
