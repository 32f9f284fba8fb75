/** A safetensors file taken apart, to be put together again with something wrong in it. */
export interface Parts {
  readonly header: Readonly<Record<string, Entry>>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly data: Uint8Array<ArrayBuffer>;
}

export interface Entry {
  readonly dtype: string;
  readonly shape: readonly unknown[];
  readonly data_offsets: readonly number[];
}

export function takeApart(bytes: Uint8Array): Parts {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const text = new TextDecoder().decode(bytes.subarray(8, 8 + length));
  const { __metadata__: metadata, ...header } = JSON.parse(text) as Record<string, Entry> & {
    __metadata__: Record<string, string>;
  };
  return { header, metadata, data: new Uint8Array(bytes.subarray(8 + length)) };
}

export function putTogether({ header, metadata, data }: Parts): Uint8Array<ArrayBuffer> {
  return withHeader(JSON.stringify({ __metadata__: metadata, ...header }), data);
}

/** A file with any text as its header. */
export function withHeader(text: string, data: Uint8Array, claimed?: bigint): Uint8Array<ArrayBuffer> {
  const json = new TextEncoder().encode(text);
  const bytes = new Uint8Array(8 + json.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, claimed ?? BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(data, 8 + json.length);
  return bytes;
}

/** The file with one float32 value, the first of the first tensor, replaced. */
export function withValue(parts: Parts, value: number): Uint8Array<ArrayBuffer> {
  const data = parts.data.slice();
  new DataView(data.buffer).setFloat32(0, value, true);
  return putTogether({ ...parts, data });
}
