import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type FlatAdapter, flattenAdapter, restoreAdapter } from '@legend/adapter';
import { InputError } from '@legend/base';
import { WriteError } from '@legend/base/node';
import { type GlobalState, type RoundState, roundStateFormatVersion } from '@legend/method';
import { decodeSafetensors, writeSafetensors } from '@legend/models';
import { z } from 'zod';
import { parseInput } from '../input/parse-input.ts';

/** What a strategy's run needs to go on after a round. */
export interface StrategyCheckpoint {
  readonly state: RoundState;
  readonly global: GlobalState;
  /** Real seconds spent so far. */
  readonly hostSeconds: number;
}

/** Everything but the tensors, as it is written into the file's metadata. */
const textSchema = z.object({
  /** Written by us; of the layout that its version names. */
  state: z.custom<RoundState>(),
  memory: z.json(),
  hostSeconds: z.number().nonnegative(),
  blocks: z.int().positive(),
  alphas: z.record(z.string(), z.number()),
});

type CheckpointText = Pick<FlatAdapter, 'blocks' | 'alphas'> &
  Pick<StrategyCheckpoint, 'state' | 'hostSeconds'> &
  Pick<GlobalState, 'memory'>;

const FILE = 'global.safetensors';
const METADATA_KEY = 'legend';

/** Writes the checkpoint as one file, which replaces the last one whole or not at all. */
export async function saveCheckpoint(
  folder: string,
  { state, global, hostSeconds }: StrategyCheckpoint,
): Promise<void> {
  const { tensors, blocks, alphas } = flattenAdapter(global.adapter);
  const text: CheckpointText = { state, memory: global.memory, hostSeconds, blocks, alphas };
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
  return {
    state: text.state,
    global: { adapter: restoreAdapter({ ...text, tensors }, path), memory: text.memory },
    hostSeconds: text.hostSeconds,
  };
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
