import { InputError } from '@legend-fl/base';

export interface HeaderEntry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

/** A message taken apart, to be changed and put together again. */
export interface MessageParts {
  description: Record<string, unknown>;
  entries: Record<string, HeaderEntry>;
  data: Uint8Array;
}

export function takeApart(bytes: Uint8Array): MessageParts {
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  const { __metadata__: metadata, ...entries } = JSON.parse(
    new TextDecoder().decode(bytes.subarray(8, 8 + length)),
  );
  return { description: JSON.parse(metadata.legend), entries, data: bytes.slice(8 + length) };
}

export function putTogether({ description, entries, data }: MessageParts): Uint8Array {
  const metadata = { legend: JSON.stringify(description) };
  const json = new TextEncoder().encode(JSON.stringify({ __metadata__: metadata, ...entries }));
  const bytes = new Uint8Array(8 + json.byteLength + data.byteLength);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.byteLength), true);
  bytes.set(json, 8);
  bytes.set(data, 8 + json.byteLength);
  return bytes;
}

/** The code of the InputError that `decode` throws; anything else it throws passes. */
export function refusalOf(decode: () => unknown): string {
  try {
    decode();
  } catch (error) {
    if (error instanceof InputError) return error.code;
    throw error;
  }
  return 'decoded';
}
