import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type FlatAdapter, flattenAdapter, restoreAdapter } from '@legend/adapter';
import { InputError } from '@legend/base';
import { type GlobalState, type RoundState, roundStateFormatVersion } from '@legend/method';
import { decodeSafetensors, writeSafetensors } from '@legend/models';

/** What a strategy's run needs to go on after a round. */
export interface StrategyCheckpoint {
  readonly state: RoundState;
  readonly global: GlobalState;
  /** Real seconds spent so far. */
  readonly hostSeconds: number;
}

/** Everything but the tensors, as it is written into the file's metadata. */
interface CheckpointText extends Pick<FlatAdapter, 'blocks' | 'alphas'> {
  readonly state: RoundState;
  readonly memory: GlobalState['memory'];
  readonly hostSeconds: number;
}

const FILE = 'global.safetensors';
const METADATA_KEY = 'legend';

/** Writes the checkpoint as one file, which replaces the last one whole or not at all. */
export async function saveCheckpoint(
  folder: string,
  { state, global, hostSeconds }: StrategyCheckpoint,
): Promise<void> {
  const { tensors, blocks, alphas } = flattenAdapter(global.adapter);
  const text: CheckpointText = { state, memory: global.memory, hostSeconds, blocks, alphas };
  await mkdir(folder, { recursive: true });
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
  const text: CheckpointText | undefined = json === undefined ? undefined : JSON.parse(json);
  const version = text?.state.formatVersion;
  if (text && version === roundStateFormatVersion) return text;
  throw new InputError({
    code: 'checkpoint-version',
    expected: `a checkpoint of version ${roundStateFormatVersion}`,
    got: version === undefined ? 'no checkpoint' : `version ${version}`,
    where: path,
    todo: 'Continue it with the version of Legend that wrote it, or start a new run.',
  });
}
