import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { strategyNames } from '@legend-fl/method';
import { roundsPath } from '@legend-fl/runs/node';
import { allRounds } from '@legend-fl/runs/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import type { ExperimentEvent } from './experiment-event.ts';
import { newFolder, resultsOf, runTiny, tinyDevices, tinyExperiment } from './tiny-experiment.fixture.ts';

/** Every strategy, on a fleet whose devices come, go and vanish, with int8 messages and a trunk cache. */

let fleet: string;
beforeAll(async () => {
  fleet = join(await newFolder(), 'fleet.json');
  await writeFile(fleet, JSON.stringify({ dropout: 0.2, absence: 0.2, devices: tinyDevices }));
});

const experimentOf = (strategy: string) =>
  tinyExperiment(fleet, {
    rounds: 4,
    strategies: [strategy],
    codec: 'int8',
    trunkCache: { megabytes: 0.05, type: 'f16' },
    partition: { kind: 'iid', unevenness: 0.5 },
  });

describe.for(strategyNames)('%s', (strategy) => {
  test('is the same to the bit with two workers, and after an interruption', async () => {
    const out = join(await newFolder(), 'run');
    const { strategies } = await runTiny(experimentOf(strategy), out);
    expect(strategies).toMatchObject([{ name: strategy, rounds: 4, method: { name: strategy } }]);
    const other = join(await newFolder(), 'run');
    const controller = new AbortController();
    const stopAfterRound2 = (event: ExperimentEvent) => {
      if (event.type === 'round-finished' && event.record.round === 2) controller.abort(new Error('gone'));
    };
    const interrupted = runTiny(experimentOf(strategy), other, {
      workers: 2,
      signal: controller.signal,
      onEvent: stopAfterRound2,
    });
    await expect(interrupted).rejects.toThrow('gone');
    await runTiny(experimentOf(strategy), other, { workers: 2, resume: true });
    expect(await resultsOf(other, strategy)).toEqual(await resultsOf(out, strategy));
  });

  test('trains on, whoever vanishes', async () => {
    const out = join(await newFolder(), 'run');
    await runTiny(experimentOf(strategy), out);
    const rounds = await allRounds(roundsPath(out, strategy));
    const devices = rounds.flatMap((round) => round.devices);
    const dropped = devices.filter((device) => device.dropped !== undefined);
    expect(dropped.length).toBeGreaterThan(0);
    expect(devices.length).toBeLessThan(16);
    for (const round of rounds) {
      expect(round.devices.some((device) => device.dropped === undefined)).toBe(true);
      expect(round.roundSeconds).toBe(Math.max(...round.devices.map(({ seconds }) => seconds)));
    }
  });
});
