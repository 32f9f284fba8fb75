import { basename, resolve } from 'node:path';
import { readSummary } from './read-summary.ts';
import type { RoundRecord } from './round-record.ts';
import { readRounds } from './rounds-file.ts';
import { roundsPath } from './strategy-folder.ts';
import type { Summary } from './summary.ts';

/** A run as its folder tells it, finished or not. */
export interface Run {
  /** The folder's name. */
  readonly name: string;
  readonly summary: Summary;
  /** Of each strategy in the summary, by its name. */
  readonly rounds: ReadonlyMap<string, readonly RoundRecord[]>;
}

/**
 * Reads a run folder, which another process may be writing. Throws an InputError that names file and line.
 * @param known its summary, where the file is not to be read or not there yet
 */
export async function readRun(folder: string, known?: Summary): Promise<Run> {
  const summary = known ?? (await readSummary(folder));
  const rounds = new Map<string, RoundRecord[]>();
  for (const { name } of summary.strategies) rounds.set(name, await readRounds(roundsPath(folder, name)));
  return { name: basename(resolve(folder)), summary, rounds };
}
