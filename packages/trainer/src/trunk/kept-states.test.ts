/// <reference lib="es2025.float16" />
import { seededRandom } from '@legend-fl/base';
import { expect, test } from 'vitest';
import { keepAs, widenStates } from './kept-states.ts';

test('float16 halves the bytes at a relative error of 2⁻¹¹ at most', () => {
  const values = Float32Array.from({ length: 1000 }, (_, index) => Math.sin(index) * 20);
  const kept = keepAs('f16', values);
  expect(kept.byteLength).toBe(values.byteLength / 2);
  const widened = widenStates(kept);
  for (const [index, value] of values.entries()) {
    expect(Math.abs((widened[index] ?? Number.NaN) - value)).toBeLessThanOrEqual(Math.abs(value) * 2 ** -11);
  }
});

test('float32 is kept as it is', () => {
  const values = Float32Array.of(1, -0.1, 3e-8);
  expect(widenStates(keepAs('f32', values))).toBe(values);
});

test.skipIf(!('Float16Array' in globalThis))('float16 has the bits of Float16Array', () => {
  const random = seededRandom(1, 'states');
  const values = Float32Array.from(
    { length: 10_000 },
    () => (random() - 0.5) * 2 ** (random.integer(40) - 24),
  );
  const beyond = Float32Array.of(65519, 65520, -65520, 1e30, -Infinity, Infinity, -0, 0);
  for (const states of [values, beyond]) {
    expect(keepAs('f16', states)).toEqual(new Uint16Array(new Float16Array(states).buffer));
  }
  expect(widenStates(keepAs('f16', Float32Array.of(Number.NaN)))).toEqual(Float32Array.of(Number.NaN));
});
