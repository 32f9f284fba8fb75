import { expect, test } from 'vitest';
import { areFinite } from './are-finite.ts';

test('one value that is not finite shows, wherever it stands', () => {
  for (let length = 0; length < 10; length++) {
    const values = new Float32Array(length).fill(-3e38);
    expect(areFinite(values)).toBe(true);
    for (let index = 0; index < length; index++) {
      for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
        expect(areFinite(values.with(index, bad))).toBe(false);
      }
    }
  }
});
