import type { Tensor } from '../adapter.ts';
import { areFinite } from '../are-finite.ts';
import { toFloat32 } from '../safetensors/element-types.ts';
import type { SafetensorsEntry } from '../safetensors/safetensors-header.ts';
import { findBeyond } from './find-beyond.ts';
import { invalidMessage } from './invalid-message.ts';
import type { Message } from './open-message.ts';
import { countChunks, dequantizeInt8 } from './quantize-int8.ts';

/**
 * The tensors of a message as float32, in its order. Throws InputError `wire-not-finite`, `wire-scale` for a scale that is
 * negative or not finite, `wire-code` for a code of -128.
 * @param asViews float32 values as views of the message's bytes, not checked; otherwise nothing is shared with them
 */
export function readTensors(
  message: Message,
  where: string,
  { asViews = false }: { readonly asViews?: boolean } = {},
): Map<string, Tensor> {
  const areViews = asViews && message.description.codec === 'f32';
  const valuesOf = valueReader(message, where, areViews);
  const tensors = new Map<string, Tensor>();
  for (const [name, entry] of message.entries) {
    const data = valuesOf(name, entry);
    if (!areViews) checkFinite(name, data, where);
    tensors.set(name, { dims: entry.dims, data });
  }
  return tensors;
}

/** Throws InputError `wire-not-finite`. */
export function checkFinite(name: string, data: Float32Array, where: string): void {
  if (areFinite(data)) return;
  const bad = findBeyond(data, Number.POSITIVE_INFINITY);
  throw invalidMessage(where, 'not-finite', `finite values in ${name}`, String(bad));
}

/** Reads the values of one tensor; to be called in the order of the message. */
function valueReader(
  { description, scale, bytes }: Message,
  where: string,
  asViews: boolean,
): (name: string, entry: SafetensorsEntry) => Float32Array {
  const view = ({ byteOffset, byteLength }: SafetensorsEntry) =>
    new Uint8Array(bytes.buffer, bytes.byteOffset + byteOffset, byteLength);
  if (description.codec === 'f32') {
    return (_, entry) => toFloat32(asViews ? view(entry) : new Uint8Array(view(entry)), 'F32');
  }
  // Widening makes new values.
  if (description.codec === 'f16') return (_, entry) => toFloat32(view(entry), 'F16');

  const scales = scale === undefined ? new Float32Array() : toFloat32(view(scale), 'F32');
  const bad = scales.find((value) => !(value >= 0 && value < Number.POSITIVE_INFINITY));
  if (bad !== undefined) throw invalidMessage(where, 'scale', 'finite scales of at least 0', String(bad));
  let chunk = 0;
  return (name, entry) => {
    const codes = new Int8Array(bytes.buffer, bytes.byteOffset + entry.byteOffset, entry.byteLength);
    if (codes.includes(-128)) throw invalidMessage(where, 'code', `codes from -127 in ${name}`, '-128');
    const begin = chunk;
    chunk += countChunks(codes.length);
    return dequantizeInt8({ codes, scales: scales.subarray(begin, chunk) });
  };
}
