import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Adapter, flattenAdapter, restoreAdapter, type Tensor } from '@legend/adapter';
import { InputError } from '@legend/base';
import { WriteError } from '@legend/base/node';
import { type RoundState, roundStateFormatVersion } from '@legend/method';
import { decodeSafetensors } from '@legend/models';
import { writeSafetensors } from '@legend/models/node';
import { z } from 'zod';
import { parseInput } from '../input/parse-input.ts';
import type { DeviceMemory } from './device-memory.ts';
import type { RunTensors } from './run-tensors.ts';

/** What a strategy's run needs to go on after a round. */
export interface StrategyCheckpoint {
  readonly state: RoundState;
  readonly tensors: RunTensors;
  /** Real seconds spent so far. */
  readonly hostSeconds: number;
}

const adapterSchema = z.object({
  blocks: z.int().positive(),
  alphas: z.record(z.string(), z.number()),
});

/** Everything but the tensors, as it is written into the file's metadata. */
const textSchema = z.object({
  /** Written by us; of the layout that its version names. */
  state: z.custom<RoundState>(),
  memory: z.json(),
  hostSeconds: z.number().nonnegative(),
  global: adapterSchema,
  hasMerged: z.boolean(),
  trunk: adapterSchema.extend({ round: z.int().nonnegative() }),
  devices: z.array(
    z.object({
      id: z.string(),
      trunkRound: z.int().nonnegative(),
      /** Block and examples. */
      cached: z.array(z.tuple([z.int().nonnegative(), z.array(z.int().nonnegative())])),
    }),
  ),
});

type CheckpointText = z.output<typeof textSchema>;

const FILE = 'global.safetensors';
const METADATA_KEY = 'legend';
/** Before the names of the tensors of each part. */
const GLOBAL = 'global/';
const MERGED = 'merged/';
const TRUNK = 'trunk/';
const residualPrefix = (device: number) => `residual/${device}/`;

/** Writes the checkpoint as one file, which replaces the last one whole or not at all. */
export async function saveCheckpoint(
  folder: string,
  { state, tensors: { global, trunk, memories }, hostSeconds }: StrategyCheckpoint,
): Promise<void> {
  const tensors = new Map<string, Tensor>();
  const put = (prefix: string, part: ReadonlyMap<string, Tensor>) => {
    for (const [name, tensor] of part) tensors.set(`${prefix}${name}`, tensor);
  };
  const describe = (prefix: string, adapter: Adapter) => {
    const { tensors: own, blocks, alphas } = flattenAdapter(adapter);
    put(prefix, own);
    return { blocks, alphas };
  };
  put(MERGED, global.merged ?? new Map());
  const text: CheckpointText = {
    state,
    memory: z.json().parse(global.memory),
    hostSeconds,
    global: describe(GLOBAL, global.adapter),
    hasMerged: global.merged !== undefined,
    trunk: { ...describe(TRUNK, trunk.adapter), round: trunk.round },
    devices: [...memories].map(([id, { residual, trunkRound, cached }], index) => {
      put(residualPrefix(index), residual);
      return { id, trunkRound, cached: [...cached].map(([block, examples]) => [block, [...examples]]) };
    }),
  };
  await mkdir(folder, { recursive: true }).catch((cause: NodeJS.ErrnoException) => {
    throw new WriteError(folder, cause);
  });
  await writeSafetensors(join(folder, FILE), { tensors, metadata: { [METADATA_KEY]: JSON.stringify(text) } });
}

/**
 * The last checkpoint in a folder, or undefined if there is none yet.
 * @throws InputError when it is damaged or of another version
 */
export async function loadCheckpoint(folder: string): Promise<StrategyCheckpoint | undefined> {
  const path = join(folder, FILE);
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!bytes) return undefined;
  const { tensors, metadata } = decodeSafetensors(bytes, path);
  const text = parseText(metadata.get(METADATA_KEY), path);
  const { state, hostSeconds, devices } = text;
  const merged = text.hasMerged ? { merged: partOf(tensors, MERGED) } : {};
  const restore = (prefix: string, part: z.output<typeof adapterSchema>) =>
    restoreAdapter({ ...part, tensors: partOf(tensors, prefix) }, path);
  return {
    state,
    tensors: {
      global: { adapter: restore(GLOBAL, text.global), memory: text.memory, ...merged },
      trunk: { adapter: restore(TRUNK, text.trunk), round: text.trunk.round },
      memories: new Map(
        devices.map(({ id, trunkRound, cached }, index): [string, DeviceMemory] => [
          id,
          {
            residual: partOf(tensors, residualPrefix(index)),
            trunkRound,
            cached: new Map(cached.map(([block, examples]) => [block, new Set(examples)])),
          },
        ]),
      ),
    },
    hostSeconds,
  };
}

function partOf(tensors: ReadonlyMap<string, Tensor>, prefix: string): Map<string, Tensor> {
  return new Map(
    [...tensors].flatMap(([name, tensor]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), tensor] as const] : [],
    ),
  );
}

function parseText(json: string | undefined, path: string): CheckpointText {
  const text = parseJson(json, path);
  const { state } = parseInput(
    z.looseObject({ state: z.looseObject({ formatVersion: z.unknown() }) }),
    text,
    {
      code: 'checkpoint-damaged',
      where: path,
    },
  );
  if (state.formatVersion === roundStateFormatVersion) {
    return parseInput(textSchema, text, { code: 'checkpoint-damaged', where: path });
  }
  throw new InputError({
    code: 'checkpoint-version',
    expected: `a checkpoint of version ${roundStateFormatVersion}`,
    got: `version ${state.formatVersion}`,
    where: path,
    todo: 'Continue it with the version of Legend that wrote it, or start a new run.',
  });
}

function parseJson(json: string | undefined, where: string): unknown {
  try {
    return JSON.parse(json ?? '');
  } catch (cause) {
    throw new InputError({
      code: 'checkpoint-damaged',
      expected: `JSON in the metadata under "${METADATA_KEY}"`,
      got: json === undefined ? 'none' : String(cause),
      where,
      todo: 'The file is damaged; start a new run.',
      cause,
    });
  }
}
