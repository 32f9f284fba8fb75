import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toFloat32 } from '../safetensors/element-types.ts';
import { FLOAT16_OVERFLOW, narrowToFloat16 } from './narrow-to-float16.ts';

/** The finite binary16 numbers by their bits without the sign: 0 … 65504, increasing. */
const SIZES = widen(Uint16Array.from({ length: 0x7c00 }, (_, bits) => bits));

function widen(halves: Uint16Array): Float32Array {
  return toFloat32(new Uint8Array(halves.buffer), 'F16');
}

/** Bits of the nearest binary16 by search, ties to the even one. */
function nearest(value: number): number {
  const size = Math.abs(value);
  const above = SIZES.findIndex((candidate) => candidate >= size);
  const upper = above < 0 ? 0x7c00 : above;
  const lower = Math.max(upper - 1, 0);
  const toUpper = (SIZES[upper] ?? 65536) - size;
  const toLower = size - (SIZES[lower] ?? 0);
  const isUpper = toUpper < toLower || (toUpper === toLower && upper % 2 === 0);
  return (isUpper ? upper : lower) + (Object.is(Math.sign(value), -0) || value < 0 ? 0x8000 : 0);
}

describe('narrowToFloat16', () => {
  test('gives every finite binary16 number its own bits, both zeros included', () => {
    const halves = Uint16Array.from({ length: 2 ** 16 }, (_, bits) => bits).filter(
      (bits) => (bits & 0x7fff) < 0x7c00,
    );
    expect(narrowToFloat16(widen(halves))).toEqual(halves);
  });

  test('rounds to the nearest number, subnormals included', () => {
    const normal = fc.float({ min: -65504, max: 65504, noNaN: true });
    const subnormal = fc.float({ min: -(2 ** -14), max: 2 ** -14, noNaN: true });
    fc.assert(
      fc.property(fc.oneof(normal, subnormal), (value) => {
        expect([...narrowToFloat16(Float32Array.of(value))]).toEqual([nearest(value)]);
      }),
      { numRuns: 500 },
    );
  });

  test('rounds ties to even and what is just beside them away from the tie', () => {
    const ties = Array.from({ length: 0x7c00 }, (_, bits) => {
      const [lower = 0, upper = 65536] = [SIZES[bits], SIZES[bits + 1]];
      return { bits, tie: (lower + upper) / 2 };
    });
    const expected = { at: [] as number[], above: [] as number[], below: [] as number[] };
    for (const { bits } of ties.slice(0, -1)) {
      expected.at.push(bits + (bits % 2));
      expected.above.push(bits + 1);
      expected.below.push(bits);
    }
    const exact = Float32Array.from(ties.slice(0, -1), ({ tie }) => tie);
    const words = new Uint32Array(exact.buffer);
    const beside = (step: number) => new Float32Array(words.map((word) => word + step).buffer);
    expect([...narrowToFloat16(exact)]).toEqual(expected.at);
    expect([...narrowToFloat16(beside(1))]).toEqual(expected.above);
    expect([...narrowToFloat16(beside(-1))]).toEqual(expected.below);
  });

  test('keeps what is just below the overflow finite', () => {
    const below = new Float32Array(
      new Uint32Array(Float32Array.of(FLOAT16_OVERFLOW).buffer).map((word) => word - 1).buffer,
    );
    expect([...narrowToFloat16(below)]).toEqual([0x7bff]);
  });

  test('reads a view by its own elements', () => {
    expect([...narrowToFloat16(Float32Array.of(9, 1, -2, 9).subarray(1, 3))]).toEqual([0x3c00, 0xc000]);
  });
});
