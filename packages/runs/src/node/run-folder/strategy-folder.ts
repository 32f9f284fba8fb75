import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '@legend-fl/base';
import { WriteError } from '@legend-fl/base/node';
import type { RoundRecord } from '../../round-record.ts';
import { appendRound, cutRounds } from './rounds-file.ts';

/** One strategy's part of a run folder. */
export interface StrategyFolder {
  readonly path: string;
  /** Folder for the adapter in PEFT's format; its writer creates it. */
  readonly adapterPath: string;
  /** Folder for the checkpoint of a resumed run; its writer creates it. */
  readonly checkpointPath: string;
  /** See `appendRound`. */
  appendRound(record: RoundRecord): Promise<void>;
  /** See `cutRounds`. */
  cutRounds<Kept>(lastRound: number, keep: (record: RoundRecord) => Kept): Promise<Kept[]>;
}

/** Path of a strategy's rounds in a run folder. */
export function roundsPath(runFolder: string, strategy: string): string {
  return join(runFolder, strategy, 'rounds.jsonl');
}

/** The folder of a strategy in a run folder, created if need be. Throws InputError `strategy-name`, WriteError. */
export async function strategyFolder(runFolder: string, name: string): Promise<StrategyFolder> {
  checkStrategyName(name, runFolder);
  const path = join(runFolder, name);
  await mkdir(path, { recursive: true }).catch((cause: NodeJS.ErrnoException) => {
    throw new WriteError(path, cause);
  });
  const rounds = roundsPath(runFolder, name);
  return {
    path,
    adapterPath: join(path, 'adapter'),
    checkpointPath: join(path, 'checkpoint'),
    appendRound: (record) => appendRound(rounds, record),
    cutRounds: (lastRound, keep) => cutRounds(rounds, lastRound, keep),
  };
}

/** Throws InputError `strategy-name` for a name that cannot be a folder in a run folder. */
export function checkStrategyName(name: string, where: string): void {
  if (/^[a-z0-9][a-z0-9._-]*$/i.test(name)) return;
  throw new InputError({
    code: 'strategy-name',
    expected: 'a strategy name of letters, digits, dots, dashes and underscores, as it names a folder',
    got: `"${name}"`,
    where,
    todo: 'Rename the strategy, or give it a name of its own: { name: …, strategy: … }.',
  });
}
