import { InputError } from '@legend-fl/base';
import * as z from 'zod';
import { ELEMENT_BITS } from './element-types.ts';
import { isJsonObject, type JsonObject } from './json-object.ts';

/**
 * The safetensors format (https://github.com/huggingface/safetensors#format): the header's length in bytes as an
 * unsigned 64-bit little-endian number, the header as JSON, then the tensors' bytes without gaps.
 */
export interface SafetensorsHeader {
  readonly entries: ReadonlyMap<string, SafetensorsEntry>;
  readonly metadata: ReadonlyMap<string, string>;
}

export interface SafetensorsEntry {
  readonly dtype: string;
  readonly dims: readonly number[];
  /** Offset in the file. */
  readonly byteOffset: number;
  readonly byteLength: number;
}

/** Bytes of the length in front of the header. */
export const LENGTH_BYTES = 8;

/** The format's own limit; it keeps a forged length from reserving memory. */
const MAX_HEADER_BYTES = 100_000_000;

/** More dims than any tensor has; it keeps a forged shape from being checked, and complained about, value by value. */
const MAX_DIMS = 64;

const entrySchema = z.strictObject({
  dtype: z.string(),
  shape: z.array(z.unknown()).max(MAX_DIMS).pipe(z.array(z.int().nonnegative())),
  data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
});

/** What `entrySchema` accepts, told in a tenth of its time: a coordinator reads the headers of thousands of updates. */
function isEntry(value: unknown): value is z.output<typeof entrySchema> {
  if (!isJsonObject(value)) return false;
  const { dtype, shape, data_offsets: offsets, ...others } = value;
  return (
    typeof dtype === 'string' &&
    Array.isArray(shape) &&
    shape.length <= MAX_DIMS &&
    shape.every(isCount) &&
    Array.isArray(offsets) &&
    offsets.length === 2 &&
    offsets.every(isCount) &&
    Object.keys(others).length === 0
  );
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

const TODO = 'Download or copy the file again.';

/**
 * Length of the header in bytes, from the first 8 bytes of a file of `fileBytes`.
 * Throws an InputError if the file cannot hold it or it is beyond MAX_HEADER_BYTES.
 */
export function readHeaderLength(start: Uint8Array, fileBytes: number, where: string): number {
  if (fileBytes < LENGTH_BYTES) {
    throw new InputError({
      code: 'safetensors-truncated',
      expected: `at least the ${LENGTH_BYTES} bytes of the header's length`,
      got: `${fileBytes} bytes`,
      where,
      todo: TODO,
    });
  }
  const claimed = new DataView(start.buffer, start.byteOffset, LENGTH_BYTES).getBigUint64(0, true);
  if (claimed > MAX_HEADER_BYTES) {
    throw new InputError({
      code: 'safetensors-header-too-long',
      expected: `a safetensors header of at most ${MAX_HEADER_BYTES} bytes`,
      got: `a claim of ${claimed} bytes`,
      where,
      todo: `Check that this is a safetensors file. ${TODO}`,
    });
  }
  if (claimed > fileBytes - LENGTH_BYTES) {
    throw new InputError({
      code: 'safetensors-truncated',
      expected: `a header of ${claimed} bytes, as the file claims`,
      got: `${fileBytes - LENGTH_BYTES} bytes after the length`,
      where,
      todo: TODO,
    });
  }
  return Number(claimed);
}

/**
 * The header of a file of `fileBytes`, checked: every entry's bytes fit its dtype and shape, and together the
 * entries cover what follows the header exactly once. Throws an InputError otherwise.
 */
export function parseHeader(json: Uint8Array, fileBytes: number, where: string): SafetensorsHeader {
  const { __metadata__: metadataValue, ...tensorValues } = parseObject(json, where);
  const dataStart = LENGTH_BYTES + json.byteLength;
  const entries = new Map<string, SafetensorsEntry>();
  for (const [name, value] of Object.entries(tensorValues)) {
    entries.set(name, parseEntry(name, value, dataStart, where));
  }
  checkCoverage(entries, dataStart, fileBytes, where);
  return { entries, metadata: parseMetadata(metadataValue, where) };
}

function parseObject(json: Uint8Array, where: string): JsonObject {
  const failed = (got: string, cause?: unknown) =>
    new InputError({
      code: 'safetensors-header-invalid',
      expected: 'a JSON object as safetensors header',
      got,
      where,
      todo: `Check that this is a safetensors file. ${TODO}`,
      cause,
    });
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json));
  } catch (cause) {
    throw failed('bytes that are not JSON', cause);
  }
  if (!isJsonObject(value)) throw failed('JSON that is not an object');
  return value;
}

function parseMetadata(value: unknown, where: string): ReadonlyMap<string, string> {
  if (value === undefined || value === null) return new Map();
  const failed = (got: string) =>
    new InputError({
      code: 'safetensors-header-invalid',
      expected: 'texts by name in __metadata__',
      got,
      where,
      todo: TODO,
    });
  if (!isJsonObject(value)) throw failed('something else');
  const metadata = new Map<string, string>();
  for (const [name, text] of Object.entries(value)) {
    if (typeof text !== 'string') throw failed(`no text for ${name}`);
    metadata.set(name, text);
  }
  return metadata;
}

function parseEntry(name: string, value: unknown, dataStart: number, where: string): SafetensorsEntry {
  const parsed = isEntry(value) ? { success: true as const, data: value } : entrySchema.safeParse(value);
  if (!parsed.success) {
    throw new InputError({
      code: 'safetensors-header-invalid',
      expected: `dtype, shape and data_offsets of tensor ${name}`,
      got: z.prettifyError(parsed.error),
      where,
      todo: TODO,
      cause: parsed.error,
    });
  }
  const { dtype, shape, data_offsets } = parsed.data;
  const bits = ELEMENT_BITS.get(dtype);
  if (bits === undefined) {
    throw new InputError({
      code: 'safetensors-dtype-unknown',
      expected: `a dtype of the safetensors format for tensor ${name}`,
      got: dtype,
      where,
      todo: TODO,
    });
  }
  const [begin, end] = data_offsets;
  const byteLength = shape.reduce((product, dim) => product * dim, bits) / 8;
  if (byteLength !== end - begin) {
    throw new InputError({
      code: 'safetensors-size-mismatch',
      expected: `${byteLength} bytes for tensor ${name} of dtype ${dtype} and shape [${shape}]`,
      got: `offsets ${begin} to ${end}`,
      where,
      todo: TODO,
    });
  }
  return { dtype, dims: shape, byteOffset: dataStart + begin, byteLength };
}

function checkCoverage(
  entries: ReadonlyMap<string, SafetensorsEntry>,
  dataStart: number,
  fileBytes: number,
  where: string,
): void {
  const inOrder = [...entries].sort(
    ([, a], [, b]) => a.byteOffset - b.byteOffset || a.byteLength - b.byteLength,
  );
  let covered = dataStart;
  for (const [name, { byteOffset, byteLength }] of inOrder) {
    if (byteOffset !== covered) {
      throw new InputError({
        code: 'safetensors-offsets-invalid',
        expected: `tensor ${name} to begin where the one before it ends, at byte ${covered - dataStart} of the data`,
        got: `byte ${byteOffset - dataStart}`,
        where,
        todo: TODO,
      });
    }
    covered += byteLength;
  }
  if (covered !== fileBytes) {
    throw new InputError({
      code: covered > fileBytes ? 'safetensors-truncated' : 'safetensors-offsets-invalid',
      expected: `${covered} bytes, as its header says`,
      got: `${fileBytes} bytes`,
      where,
      todo: TODO,
    });
  }
}
