import type { Tensor } from '@legend-fl/adapter';
import { parseInput } from '@legend-fl/base';
import type { GlobalState } from '@legend-fl/method';
import { decodeSafetensors, encodeSafetensors } from '@legend-fl/adapter';
import { z } from 'zod';
import { readMetadata, writeMetadata } from './metadata-text.ts';
import { adapterOf, adapterTextSchema, partOf, putAdapter, putPart } from './tensor-parts.ts';

/** The part of a stored global state that is not tensors, key by key. */
export const globalTextKeys = {
  /** Comes from JSON, so nothing is left to check; `z.json()` would recurse as deep as the value is nested. */
  memory: z.custom<z.core.util.JSONType>((memory) => memory !== undefined),
  global: adapterTextSchema,
  hasMerged: z.boolean(),
};

const globalTextSchema = z.object(globalTextKeys);
export type GlobalText = z.output<typeof globalTextSchema>;

/** Before the names of the tensors of each part. */
const GLOBAL = 'global/';
const MERGED = 'merged/';

/** Adds the state's tensors to those of a file. Throws ZodError for a memory that is not JSON. */
export function putGlobalState(tensors: Map<string, Tensor>, global: GlobalState): GlobalText {
  putPart(tensors, MERGED, global.merged ?? new Map());
  return {
    memory: z.json().parse(global.memory),
    global: putAdapter(tensors, GLOBAL, global.adapter),
    hasMerged: global.merged !== undefined,
  };
}

/**
 * Reads the state that `putGlobalState` wrote.
 * @throws InputError for a tensor that is missing or belongs nowhere
 */
export function globalStateOf(
  tensors: ReadonlyMap<string, Tensor>,
  { memory, global, hasMerged }: GlobalText,
  where: string,
): GlobalState {
  return {
    adapter: adapterOf(tensors, GLOBAL, global, where),
    memory,
    ...(hasMerged && { merged: partOf(tensors, MERGED) }),
  };
}

const fileSchema = globalTextSchema.extend({ formatVersion: z.literal(1) });

/** Encodes the state losslessly as one safetensors file. Equal states give equal bytes. */
export function encodeGlobalState(global: GlobalState): Uint8Array {
  const tensors = new Map<string, Tensor>();
  const text: z.output<typeof fileSchema> = { formatVersion: 1, ...putGlobalState(tensors, global) };
  return encodeSafetensors({ tensors, metadata: writeMetadata(text) });
}

/**
 * Decodes the bytes of `encodeGlobalState`.
 * @param where the source of the bytes, for error messages
 * @throws InputError if they are damaged or of another version
 */
export function decodeGlobalState(bytes: Uint8Array, where: string): GlobalState {
  const { tensors, metadata } = decodeSafetensors(bytes, where);
  const code = 'global-state-damaged';
  const value = readMetadata(metadata, {
    code,
    where,
    todo: 'The file is damaged; continue from another one, or start a new run.',
  });
  return globalStateOf(tensors, parseInput(fileSchema, value, { code, where }), where);
}
