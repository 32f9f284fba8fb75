import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CHUNK_VALUES, countChunks, dequantizeInt8, quantizeInt8 } from './quantize-int8.ts';

const finite = fc.float({ min: -(2 ** 126), max: 2 ** 126, noNaN: true });
const small = fc.float({ min: Math.fround(-1e-3), max: Math.fround(1e-3), noNaN: true });
const subnormal = fc.integer({ min: -400, max: 400 }).map((count) => count * 2 ** -149);
const valuesArbitrary = fc
  .oneof(...[finite, small, subnormal].map((value) => fc.array(value, { maxLength: 3 * CHUNK_VALUES })))
  .map((values) => Float32Array.from(values));

describe('quantizeInt8', () => {
  test('is off by at most half a scale', () => {
    fc.assert(
      fc.property(valuesArbitrary, (values) => {
        const { codes, scales } = quantizeInt8(values);
        expect(scales.length).toBe(countChunks(values.length));
        for (const [index, value] of values.entries()) {
          const scale = scales[Math.floor(index / CHUNK_VALUES)] ?? Number.NaN;
          const code = codes[index] ?? Number.NaN;
          expect(Math.abs(code)).toBeLessThanOrEqual(127);
          // The division rounds too, by far less than a thousandth of a scale.
          expect(Math.abs(value - code * scale)).toBeLessThanOrEqual(0.501 * scale);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('gives a chunk of small values a scale of its own', () => {
    const values = new Float32Array(CHUNK_VALUES + 2).fill(100);
    values[CHUNK_VALUES] = 1e-4;
    values[CHUNK_VALUES + 1] = -3e-5;
    const quantized = quantizeInt8(values);
    expect(quantized.codes.slice(-3)).toEqual(Int8Array.of(127, 127, -38));
    expect(quantized.scales[1]).toBeCloseTo(1e-4 / 127, 10);
    expect(dequantizeInt8(quantized)[0]).toBeCloseTo(100, 4);
  });

  test('keeps zeros, -0 as 0', () => {
    const quantized = quantizeInt8(Float32Array.of(0, -0, 0));
    expect(quantized.scales).toEqual(Float32Array.of(0));
    expect(dequantizeInt8(quantized)).toEqual(Float32Array.of(0, 0, 0));
  });

  test('stays finite up to the limit', () => {
    const largest = (2 - 2 ** -23) * 2 ** 126;
    const values = dequantizeInt8(quantizeInt8(Float32Array.of(largest, -largest, 1)));
    expect(values.every(Number.isFinite)).toBe(true);
  });
});
