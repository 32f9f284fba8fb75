import { InputError } from '@legend-fl/base';
import type { Tensor } from '../adapter.ts';
import { isFloatType, toFloat32 } from './element-types.ts';
import { LENGTH_BYTES, parseHeader, readHeaderLength, type SafetensorsEntry } from './safetensors-header.ts';

export interface DecodedSafetensors {
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly metadata: ReadonlyMap<string, string>;
}

/**
 * The tensors of a safetensors file that is in memory, as float32, in the order of its header. Nothing is shared
 * with `bytes`. `where` names the source in errors. Throws an InputError for anything but a whole, well-formed
 * file of F32, F16 or BF16 tensors.
 */
export function decodeSafetensors(bytes: Uint8Array, where: string): DecodedSafetensors {
  const headerBytes = readHeaderLength(bytes, bytes.byteLength, where);
  const json = bytes.subarray(LENGTH_BYTES, LENGTH_BYTES + headerBytes);
  const { entries, metadata } = parseHeader(json, bytes.byteLength, where);
  const tensors = new Map<string, Tensor>();
  for (const [name, entry] of entries) {
    // Not `slice`: a Buffer's shares its memory.
    const data = new Uint8Array(bytes.subarray(entry.byteOffset, entry.byteOffset + entry.byteLength));
    tensors.set(name, decodeTensor(name, entry, data, where));
  }
  return { tensors, metadata };
}

/** One tensor from its bytes. Throws an InputError if its dtype is not F32, F16 or BF16. */
export function decodeTensor(
  name: string,
  { dtype, dims }: SafetensorsEntry,
  data: Uint8Array,
  where: string,
): Tensor {
  if (!isFloatType(dtype)) {
    throw new InputError({
      code: 'safetensors-dtype-unsupported',
      expected: `tensor ${name} as F32, F16 or BF16`,
      got: dtype,
      where,
      todo: 'Convert the file to one of these types.',
    });
  }
  return { dims, data: toFloat32(data, dtype) };
}
