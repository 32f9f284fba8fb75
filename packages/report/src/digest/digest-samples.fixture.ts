import type { SampleRun } from '@legend-fl/runs/testing';
import { digestRound } from './digest-round.ts';
import { limitDevices } from './limit-devices.ts';
import type { Run } from './read-run.ts';
import type { RosterEntry } from './roster.ts';

/** The runs as `readRuns` would read them from their folders. */
export function digestSamples(...samples: readonly SampleRun[]): Run[] {
  const limit = limitDevices(samples.flatMap(({ summary }) => summary.strategies));
  return samples.map(({ name, summary, rounds }) => {
    const roster = new Map<string, RosterEntry>();
    const digests = [...rounds].map(
      ([strategy, records]) =>
        [strategy, records.map((record) => digestRound(record, roster, limit))] as const,
    );
    return { name, summary, rounds: new Map(digests), roster };
  });
}
