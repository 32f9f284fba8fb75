/** From here on a number rounds to infinity: halfway between the largest binary16, 65504, and the next power of 2. */
export const FLOAT16_OVERFLOW = 65520;

/**
 * The bits of the nearest binary16 (IEEE 754: 1 sign, 5 exponent and 10 fraction bits) of each value, ties to even;
 * subnormals and -0 included. From FLOAT16_OVERFLOW on values become infinite. `Float16Array` would do the same, but
 * Node has it only from version 24 on.
 */
export function narrowToFloat16(values: Float32Array): Uint16Array {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const halves = new Uint16Array(values.length);
  for (let index = 0; index < halves.length; index++) {
    const word = words[index] ?? 0;
    const size = Math.abs(values[index] ?? 0);
    const sign = (word >>> 16) & 0x8000;
    // Not `size >= …`, which is false of NaN.
    if (!(size < FLOAT16_OVERFLOW)) halves[index] = sign | (Number.isNaN(size) ? 0x7e00 : 0x7c00);
    else halves[index] = sign | (size < 2 ** -14 ? roundSubnormal(size) : roundNormal(word));
  }
  return halves;
}

/** Subnormals are multiples of 2^-24; adding 2^52 makes a double round to whole numbers, ties to even. */
function roundSubnormal(size: number): number {
  return size * 2 ** 24 + 2 ** 52 - 2 ** 52;
}

/** Rebias the exponent from 127 to 15, round away 13 of the 23 fraction bits; a carry runs into the exponent. */
function roundNormal(word: number): number {
  const rebiased = (word & 0x7fffffff) - ((127 - 15) << 23);
  const isOdd = (rebiased >>> 13) & 1;
  return (rebiased + 0xfff + isOdd) >>> 13;
}
