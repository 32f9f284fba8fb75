import type { Tensor } from '@legend/adapter';
import { type SafetensorsEntry, toFloat32 } from '@legend/models';
import { findBeyond } from './find-beyond.ts';
import { invalidMessage } from './invalid-message.ts';
import type { Message } from './open-message.ts';
import { countChunks, dequantizeInt8 } from './quantize-int8.ts';

/**
 * The tensors of a message as float32, in its order. Nothing is shared with its bytes. Throws InputError
 * `wire-not-finite`, `wire-scale` for a scale that is negative or not finite, `wire-code` for a code of -128.
 */
export function readTensors(message: Message, where: string): Map<string, Tensor> {
  const valuesOf = valueReader(message, where);
  const tensors = new Map<string, Tensor>();
  for (const [name, entry] of message.entries) {
    const data = valuesOf(name, entry);
    checkFinite(name, data, where);
    tensors.set(name, { dims: entry.dims, data });
  }
  return tensors;
}

/** Throws InputError `wire-not-finite`. */
export function checkFinite(name: string, data: Float32Array, where: string): void {
  const bad = findBeyond(data, Number.POSITIVE_INFINITY);
  if (bad === undefined) return;
  throw invalidMessage(where, 'not-finite', `finite values in ${name}`, String(bad));
}

/** Reads the values of one tensor; to be called in the order of the message. */
function valueReader(
  { description, scale, bytes }: Message,
  where: string,
): (name: string, entry: SafetensorsEntry) => Float32Array {
  // Not slice, which in a Buffer of Node copies nothing.
  const copy = ({ byteOffset, byteLength }: SafetensorsEntry) =>
    new Uint8Array(bytes.subarray(byteOffset, byteOffset + byteLength));
  if (description.codec === 'f32') return (_, entry) => toFloat32(copy(entry), 'F32');
  if (description.codec === 'f16') return (_, entry) => toFloat32(copy(entry), 'F16');

  const scales = scale === undefined ? new Float32Array() : toFloat32(copy(scale), 'F32');
  const bad = scales.find((value) => !(value >= 0 && value < Number.POSITIVE_INFINITY));
  if (bad !== undefined) throw invalidMessage(where, 'scale', 'finite scales of at least 0', String(bad));
  let chunk = 0;
  return (name, entry) => {
    const codes = new Int8Array(copy(entry).buffer);
    if (codes.includes(-128)) throw invalidMessage(where, 'code', `codes from -127 in ${name}`, '-128');
    const begin = chunk;
    chunk += countChunks(codes.length);
    return dequantizeInt8({ codes, scales: scales.subarray(begin, chunk) });
  };
}
