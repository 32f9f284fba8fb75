import { basename, resolve } from 'node:path';
import type { Summary } from '@legend-fl/runs';
import { readRounds, roundsPath } from '@legend-fl/runs/node';
import { digestRound, type RoundDigest } from './digest-round.ts';
import { type DeviceLimit, limitDevices } from './limit-devices.ts';
import type { Roster, RosterEntry } from './roster.ts';

/** What reports take of a run; small, whatever the number of devices. */
export interface Run {
  /** The folder's name. */
  readonly name: string;
  readonly summary: Summary;
  /** Of each strategy in the summary, by its name. */
  readonly rounds: ReadonlyMap<string, readonly RoundDigest[]>;
  readonly roster: Roster;
}

/**
 * Reads the rounds of a run folder, which another process may be writing, one at a time. Throws an InputError that
 * names file and line.
 * @param summary the folder's, or what will be
 * @param limit of a report over several runs
 */
export async function readRun(
  folder: string,
  summary: Summary,
  limit: DeviceLimit = limitDevices(summary.strategies),
): Promise<Run> {
  const rounds = new Map<string, RoundDigest[]>();
  const roster = new Map<string, RosterEntry>();
  for (const { name } of summary.strategies) {
    const digests: RoundDigest[] = [];
    for await (const record of readRounds(roundsPath(folder, name))) {
      digests.push(digestRound(record, roster, limit));
    }
    rounds.set(name, digests);
  }
  return { name: basename(resolve(folder)), summary, rounds, roster };
}
