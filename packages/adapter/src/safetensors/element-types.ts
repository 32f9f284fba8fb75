/** Bits of one element of each dtype that the safetensors format names. */
export const ELEMENT_BITS: ReadonlyMap<string, number> = new Map([
  ['BOOL', 8],
  ['U8', 8],
  ['I8', 8],
  ['U16', 16],
  ['I16', 16],
  ['U32', 32],
  ['I32', 32],
  ['U64', 64],
  ['I64', 64],
  ['F4', 4],
  ['F6_E2M3', 6],
  ['F6_E3M2', 6],
  ['F8_E4M3', 8],
  ['F8_E5M2', 8],
  ['F8_E8M0', 8],
  ['F16', 16],
  ['BF16', 16],
  ['F32', 32],
  ['F64', 64],
  ['C64', 64],
]);

/** Element types that can be read as float32 without losing anything. */
type FloatType = 'F32' | 'F16' | 'BF16';

export function isFloatType(dtype: string): dtype is FloatType {
  return dtype === 'F32' || dtype === 'F16' || dtype === 'BF16';
}

/**
 * The elements as float32, exactly. `bytes` are little-endian, as is every machine that Node or a browser runs
 * on; a float32 array shares their memory where they are aligned.
 */
export function toFloat32(bytes: Uint8Array, dtype: FloatType): Float32Array {
  const width = dtype === 'F32' ? 4 : 2;
  const aligned = bytes.byteOffset % width === 0 ? bytes : new Uint8Array(bytes);
  const count = aligned.byteLength / width;
  if (dtype === 'F32') return new Float32Array(aligned.buffer, aligned.byteOffset, count);
  const halves = new Uint16Array(aligned.buffer, aligned.byteOffset, count);
  return dtype === 'BF16' ? widenBfloat16(halves) : widenFloat16(halves);
}

/** bfloat16 is the upper half of a float32. */
function widenBfloat16(halves: Uint16Array): Float32Array {
  const words = new Uint32Array(halves.length);
  for (let index = 0; index < halves.length; index++) words[index] = (halves[index] ?? 0) << 16;
  return new Float32Array(words.buffer);
}

/** IEEE 754 binary16: 1 sign, 5 exponent (bias 15) and 10 fraction bits, subnormals and NaN included. */
function widenFloat16(halves: Uint16Array): Float32Array {
  const floats = new Float32Array(halves.length);
  const words = new Uint32Array(floats.buffer);
  for (let index = 0; index < halves.length; index++) {
    const half = halves[index] ?? 0;
    const sign = (half & 0x8000) << 16;
    const exponent = (half >>> 10) & 0x1f;
    const fraction = half & 0x3ff;
    if (exponent === 0) {
      floats[index] = (sign === 0 ? 1 : -1) * fraction * 2 ** -24;
    } else {
      const widened = exponent === 0x1f ? 0xff : exponent + (127 - 15);
      words[index] = sign | (widened << 23) | (fraction << 13);
    }
  }
  return floats;
}
