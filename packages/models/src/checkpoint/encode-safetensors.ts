import type { Tensor } from '@legend/adapter';
import { LENGTH_BYTES } from './safetensors-header.ts';

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
  yield encodeHeader(content);
  for (const { data } of content.tensors.values()) {
    yield new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }
}

function encodeHeader({ tensors, metadata }: SafetensorsContent): Uint8Array {
  const members: [string, unknown][] = metadata === undefined ? [] : [['__metadata__', metadata]];
  let offset = 0;
  for (const [name, { dims, data }] of tensors) {
    if (name === '__metadata__') throw new RangeError('A tensor cannot be called __metadata__');
    if (dims.reduce((product, dim) => product * dim, 1) !== data.length) {
      throw new RangeError(`Tensor ${name} has dims [${dims}] but ${data.length} elements`);
    }
    const end = offset + data.byteLength;
    members.push([name, { dtype: 'F32', shape: dims, data_offsets: [offset, end] }]);
    offset = end;
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(members)));
  // Spaces after the JSON align the tensors to 8 bytes.
  const headerBytes = Math.ceil(json.byteLength / 8) * 8;
  const header = new Uint8Array(LENGTH_BYTES + headerBytes).fill(0x20, LENGTH_BYTES + json.byteLength);
  new DataView(header.buffer).setBigUint64(0, BigInt(headerBytes), true);
  header.set(json, LENGTH_BYTES);
  return header;
}
