import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Tensor } from '@legend-fl/adapter';
import { decodeSafetensors } from '@legend-fl/adapter';
import { writeSafetensors } from '@legend-fl/adapter/node';
import { InputError, parseInput } from '@legend-fl/base';
import { WriteError } from '@legend-fl/base/node';
import {
  type NormHistory,
  type RoundState,
  roundStateFormatVersion,
  upgradeRoundState,
} from '@legend-fl/method';
import {
  adapterOf,
  adapterTextSchema,
  globalStateOf,
  globalTextKeys,
  partOf,
  putAdapter,
  putGlobalState,
  putPart,
  readMetadata,
  writeMetadata,
} from '@legend-fl/runs';
import { z } from 'zod';
import type { DeviceMemory } from './device-memory.ts';
import type { RunTensors } from './run-tensors.ts';

/** The state from which a strategy's run resumes after a round. */
export interface StrategyCheckpoint {
  readonly state: RoundState;
  readonly tensors: RunTensors;
  /** Real seconds spent so far. */
  readonly hostSeconds: number;
}

/** Everything but the tensors, as the file's metadata hold it. */
const textSchema = z.object({
  /** Written by Legend, in the layout of its version. */
  state: z.custom<RoundState>(),
  ...globalTextKeys,
  hostSeconds: z.number().nonnegative(),
  /** Of a run with bounds. */
  norms: z.custom<NormHistory>().exactOptional(),
  trunk: adapterTextSchema.extend({ round: z.int().nonnegative() }),
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
/** Before the names of the tensors of each part; those of the global state have prefixes of its own. */
const TRUNK = 'trunk/';
const residualPrefix = (device: number) => `residual/${device}/`;

/** Writes the checkpoint as one file, which replaces the last one as a whole or not at all. */
export async function saveCheckpoint(
  folder: string,
  { state, tensors: run, hostSeconds }: StrategyCheckpoint,
): Promise<void> {
  const { trunk, memories, norms } = run;
  const tensors = new Map<string, Tensor>();
  const { memory, ...global } = putGlobalState(tensors, run.global);
  const text: CheckpointText = {
    state,
    memory,
    hostSeconds,
    ...(norms.length > 0 && { norms }),
    ...global,
    trunk: { ...putAdapter(tensors, TRUNK, trunk.adapter), round: trunk.round },
    devices: [...memories].map(([id, { residual, trunkRound, cached }], index) => {
      putPart(tensors, residualPrefix(index), residual);
      return { id, trunkRound, cached: [...cached].map(([block, examples]) => [block, [...examples]]) };
    }),
  };
  await mkdir(folder, { recursive: true }).catch((cause: NodeJS.ErrnoException) => {
    throw new WriteError(folder, cause);
  });
  await writeSafetensors(join(folder, FILE), { tensors, metadata: writeMetadata(text) });
}

/**
 * The last checkpoint in a folder, or undefined if there is none yet.
 * @throws InputError if it is damaged or of a version that cannot be read
 */
export async function loadCheckpoint(folder: string): Promise<StrategyCheckpoint | undefined> {
  const path = join(folder, FILE);
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!bytes) return undefined;
  const { tensors, metadata } = decodeSafetensors(bytes, path);
  const text = parseText(metadata, path);
  const { state, hostSeconds, devices, norms = [] } = text;
  return {
    state,
    tensors: {
      global: globalStateOf(tensors, text, path),
      trunk: { adapter: adapterOf(tensors, TRUNK, text.trunk, path), round: text.trunk.round },
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
      norms,
    },
    hostSeconds,
  };
}

function parseText(metadata: ReadonlyMap<string, string>, path: string): CheckpointText {
  const text = readMetadata(metadata, {
    code: 'checkpoint-damaged',
    where: path,
    todo: 'The file is damaged; start a new run.',
  });
  const { state } = parseInput(
    z.looseObject({ state: z.looseObject({ formatVersion: z.unknown() }) }),
    text,
    {
      code: 'checkpoint-damaged',
      where: path,
    },
  );
  const upgraded = upgradeRoundState(state as { readonly formatVersion: unknown });
  if (upgraded !== undefined) {
    return { ...parseInput(textSchema, text, { code: 'checkpoint-damaged', where: path }), state: upgraded };
  }
  throw new InputError({
    code: 'checkpoint-version',
    expected: `a checkpoint of version ${roundStateFormatVersion}`,
    got: `version ${state.formatVersion}`,
    where: path,
    todo: 'Continue it with the version of Legend that wrote it, or start a new run.',
  });
}
