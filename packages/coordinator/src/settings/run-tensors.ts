import type { Adapter, Tensor } from '@legend-fl/adapter';
import { decodeSafetensors, encodeSafetensors } from '@legend-fl/adapter';
import { parseInput } from '@legend-fl/base';
import type { GlobalState } from '@legend-fl/method';
import {
  adapterOf,
  adapterTextSchema,
  globalStateOf,
  globalTextKeys,
  isTrunkDue,
  putAdapter,
  putGlobalState,
  readMetadata,
  writeMetadata,
} from '@legend-fl/runs';
import { z } from 'zod';
import type { RunSettings } from './run-settings.ts';

/** What a run carries from round to round besides its round state. */
export interface RunTensors {
  readonly global: GlobalState;
  /** The global adapter whose lower blocks devices apply with `trunk: global`; the present one where left out. */
  readonly trunk?: Adapter;
}

/**
 * The tensors that the round after `round` begins with.
 * @param before those that `round` began with
 * @param global what it made of them
 */
export function nextTensors(
  { trunk }: Pick<RunSettings, 'trunk'>,
  round: number,
  before: RunTensors,
  global: GlobalState,
): RunTensors {
  const isPresent = trunk.kind === 'base' || isTrunkDue(trunk, round + 1);
  return isPresent ? { global } : { global, trunk: trunkOf(before) };
}

export function trunkOf({ global, trunk }: RunTensors): Adapter {
  return trunk ?? global.adapter;
}

const textSchema = z.object({
  ...globalTextKeys,
  formatVersion: z.literal(1),
  trunk: adapterTextSchema.exactOptional(),
});

/** Before the names of the trunk's tensors. */
const TRUNK = 'trunk/';

/**
 * The tensors as one safetensors file, to the bit; equal ones give equal bytes. Without a trunk of its own it is the
 * file of `encodeGlobalState`.
 */
export function encodeRunTensors({ global, trunk }: RunTensors): Uint8Array {
  const tensors = new Map<string, Tensor>();
  const text: z.output<typeof textSchema> = {
    formatVersion: 1,
    ...putGlobalState(tensors, global),
    ...(trunk && { trunk: putAdapter(tensors, TRUNK, trunk) }),
  };
  return encodeSafetensors({ tensors, metadata: writeMetadata(text) });
}

/**
 * The tensors that `encodeRunTensors` encoded.
 * @param where the source of the bytes, for error messages
 * @throws InputError `global-state-damaged`
 */
export function decodeRunTensors(bytes: Uint8Array, where: string): RunTensors {
  const code = 'global-state-damaged';
  const { tensors, metadata } = decodeSafetensors(bytes, where);
  const todo = 'The file is damaged; restore it from a copy, or start a new run.';
  const text = parseInput(textSchema, readMetadata(metadata, { code, where, todo }), { code, where });
  return {
    global: globalStateOf(tensors, text, where),
    ...(text.trunk && { trunk: adapterOf(tensors, TRUNK, text.trunk, where) }),
  };
}
