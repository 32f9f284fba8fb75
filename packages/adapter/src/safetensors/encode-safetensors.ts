import type { Tensor } from '../adapter.ts';
import { encodeHeader, type HeaderEntry } from './encode-header.ts';

export interface SafetensorsContent {
  /** By name; the file keeps this order. */
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** Texts by name, e.g. `format: 'pt'`, which transformers and PEFT ask for. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * The bytes of a safetensors file with the tensors as F32. Equal content gives equal bytes.
 * Throws a RangeError if a tensor's data does not fit its dims.
 */
export function encodeSafetensors(content: SafetensorsContent): Uint8Array {
  const parts = [...safetensorsParts(content)];
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.byteLength;
  }
  return bytes;
}

/** The same bytes in pieces, the header first, then a view of each tensor's memory: for writing without a copy. */
export function* safetensorsParts(content: SafetensorsContent): Generator<Uint8Array> {
  const { tensors, metadata } = content;
  yield encodeHeader(listEntries(tensors), metadata);
  for (const { data } of tensors.values()) {
    yield new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }
}

function* listEntries(tensors: SafetensorsContent['tensors']): Generator<HeaderEntry> {
  for (const [name, { dims, data }] of tensors) {
    if (dims.reduce((product, dim) => product * dim, 1) !== data.length) {
      throw new RangeError(`Tensor ${name} has dims [${dims}] but ${data.length} elements`);
    }
    yield { name, dtype: 'F32', dims, byteLength: data.byteLength };
  }
}
