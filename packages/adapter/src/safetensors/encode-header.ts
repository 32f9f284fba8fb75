import { LENGTH_BYTES } from './safetensors-header.ts';

/** A tensor of a safetensors file, as its header describes it. */
export interface HeaderEntry {
  readonly name: string;
  /** The format's own name: F32, F16, I8, … */
  readonly dtype: string;
  readonly dims: readonly number[];
  readonly byteLength: number;
}

/**
 * Length and header of a safetensors file whose tensors follow one another in this order.
 * Throws a RangeError for a tensor named like the metadata.
 */
export function encodeHeader(
  entries: Iterable<HeaderEntry>,
  metadata: Readonly<Record<string, string>> | undefined,
): Uint8Array {
  const members: [string, unknown][] = metadata === undefined ? [] : [['__metadata__', metadata]];
  let offset = 0;
  for (const { name, dtype, dims, byteLength } of entries) {
    if (name === '__metadata__') throw new RangeError('A tensor cannot be called __metadata__');
    const end = offset + byteLength;
    members.push([name, { dtype, shape: dims, data_offsets: [offset, end] }]);
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
