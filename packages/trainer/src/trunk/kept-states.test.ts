import { expect, test } from 'vitest';
import { keepAs } from './kept-states.ts';

test('float16 halves the bytes at a relative error of 2⁻¹¹ at most', () => {
  const values = Float32Array.from({ length: 1000 }, (_, index) => Math.sin(index) * 20);
  const kept = keepAs('f16', values);
  expect(kept.byteLength).toBe(values.byteLength / 2);
  for (const [index, value] of values.entries()) {
    expect(Math.abs((kept[index] ?? Number.NaN) - value)).toBeLessThanOrEqual(Math.abs(value) * 2 ** -11);
  }
});
