import { describe, expect, test } from 'vitest';
import { toFloat32 } from './element-types.ts';

const ALL_HALVES = Uint16Array.from({ length: 2 ** 16 }, (_, bits) => bits);

describe('toFloat32', () => {
  test('widens every binary16 number as IEEE 754 defines it', () => {
    const floats = toFloat32(new Uint8Array(ALL_HALVES.buffer), 'F16');
    const expected = Float32Array.from(ALL_HALVES, (bits) => {
      const sign = bits < 0x8000 ? 1 : -1;
      const exponent = Math.floor(bits / 1024) % 32;
      const fraction = bits % 1024;
      if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
      return exponent === 0
        ? sign * 2 ** -14 * (fraction / 1024)
        : sign * 2 ** (exponent - 15) * (1 + fraction / 1024);
    });
    expect(floats).toEqual(expected);
  });

  test('widens every bfloat16 number to the float32 with the same upper half', () => {
    const floats = toFloat32(new Uint8Array(ALL_HALVES.buffer), 'BF16');
    const words = Uint32Array.from(ALL_HALVES, (bits) => bits * 2 ** 16);
    expect(new Uint32Array(floats.buffer)).toEqual(words);
  });

  test('reads elements that start at an odd address', () => {
    const bytes = new Uint8Array(9);
    new DataView(bytes.buffer).setFloat32(1, 1.5, true);
    new DataView(bytes.buffer).setFloat32(5, -0.25, true);
    expect([...toFloat32(bytes.subarray(1), 'F32')]).toEqual([1.5, -0.25]);
  });
});
