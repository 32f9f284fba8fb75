import * as z from 'zod';
import {
  LENGTH_BYTES,
  parseHeader,
  readHeaderLength,
  type SafetensorsEntry,
} from '../safetensors/safetensors-header.ts';
import { type Codec, DTYPES } from './codec.ts';
import { METADATA_KEY, SCALE_NAME } from './description.ts';
import { invalidMessage } from './invalid-message.ts';
import { countChunks } from './quantize-int8.ts';

/** A message whose header has been checked, and no value read. */
export interface Message<D extends { readonly codec: Codec } = { readonly codec: Codec }> {
  readonly description: D;
  /** Of the adapter's tensors, in the order of the message. */
  readonly entries: ReadonlyMap<string, SafetensorsEntry>;
  /** Of the scales, F32 [chunks], with int8. */
  readonly scale: SafetensorsEntry | undefined;
  readonly bytes: Uint8Array;
}

/** Room for a hundred blocks with a dozen modules each; it keeps a forged header from being parsed at length. */
export const MAX_HEADER_BYTES = 1_000_000;

/**
 * Reads the header of a message and checks that the bytes are all there and of the dtypes of its codec. Throws
 * InputError `safetensors-…` for what is no such file, `wire-header-too-long`, `wire-description` for another
 * version, codec or kind, `wire-dtype`, `wire-scale`.
 * @param where its source, for error messages
 */
export function openMessage<D extends { readonly codec: Codec }>(
  bytes: Uint8Array,
  schema: z.ZodType<D>,
  where: string,
): Message<D> {
  const headerBytes = readHeaderLength(bytes, bytes.byteLength, where);
  if (headerBytes > MAX_HEADER_BYTES) {
    throw invalidMessage(
      where,
      'header-too-long',
      `a header of at most ${MAX_HEADER_BYTES} bytes`,
      `${headerBytes} bytes`,
    );
  }
  const json = bytes.subarray(LENGTH_BYTES, LENGTH_BYTES + headerBytes);
  const header = parseHeader(json, bytes.byteLength, where);
  const description = parseDescription(header.metadata, schema, where);
  const entries = new Map(header.entries);
  const isScaled = description.codec === 'int8';
  const scale = isScaled ? header.entries.get(SCALE_NAME) : undefined;
  if (isScaled) entries.delete(SCALE_NAME);
  for (const [name, { dtype }] of entries) {
    if (dtype === DTYPES[description.codec]) continue;
    throw invalidMessage(where, 'dtype', `tensor ${name} as ${DTYPES[description.codec]}`, dtype);
  }
  if (isScaled) checkScale(scale, entries, where);
  return { description, entries, scale, bytes };
}

function parseDescription<D>(metadata: ReadonlyMap<string, string>, schema: z.ZodType<D>, where: string): D {
  const failed = (got: string, cause?: unknown) =>
    invalidMessage(
      where,
      'description',
      `a message's description in the metadata "${METADATA_KEY}"`,
      got,
      cause,
    );
  const text = metadata.get(METADATA_KEY);
  if (text === undefined) throw failed('none');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw failed('text that is not JSON', cause);
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw failed(z.prettifyError(parsed.error), parsed.error);
  return parsed.data;
}

function checkScale(
  scale: SafetensorsEntry | undefined,
  entries: ReadonlyMap<string, SafetensorsEntry>,
  where: string,
): void {
  let chunks = 0;
  for (const { byteLength } of entries.values()) chunks += countChunks(byteLength);
  const got = scale && `${scale.dtype} [${scale.dims}]`;
  if (got === `F32 [${chunks}]`) return;
  throw invalidMessage(where, 'scale', `tensor ${SCALE_NAME} as F32 [${chunks}]`, got ?? 'none of that name');
}
