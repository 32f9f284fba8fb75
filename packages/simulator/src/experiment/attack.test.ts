import { join } from 'node:path';
import { strategyNames } from '@legend-fl/method';
import { roundsPath } from '@legend-fl/runs/node';
import { allRounds } from '@legend-fl/runs/testing';
import { beforeAll, expect, test } from 'vitest';
import { type AttackKind, drawAttackers } from './attack.ts';
import type { ExperimentEvent } from './experiment-event.ts';
import { loadCheckpoint } from './strategy-checkpoint.ts';
import {
  newFolder,
  resultsOf,
  runTiny,
  tinyDevices,
  tinyExperiment,
  writeFleet,
} from './tiny-experiment.fixture.ts';

/** Runs in which one device of five lies. */

let fleet: string;
beforeAll(async () => {
  fleet = await writeFleet([...tinyDevices, { ...tinyDevices[0], id: 'device-5' }]);
});

const bounds = { normMultiple: 2, outlierMultiple: 5, maximumShare: 0.05 };

async function run(strategy: string, changes: Readonly<Record<string, unknown>>) {
  const out = join(await newFolder(), 'run');
  const summary = await runTiny(tinyExperiment(fleet, { strategies: [strategy], ...changes }), out);
  const rounds = await allRounds(roundsPath(out, strategy));
  const liars = rounds.flatMap(({ devices }) => devices.filter(({ attack }) => attack !== undefined));
  return { out, summary, rounds, liars };
}

test('attackers are drawn by seed, as many as the experiment says', () => {
  const attack = { kind: 'huge', devices: 3 } as const;
  const drawn = drawAttackers(attack, 10, 1);
  expect(drawn.size).toBe(3);
  expect(drawAttackers(attack, 10, 1)).toEqual(drawn);
  expect(drawAttackers({ ...attack, devices: 99 }, 10, 1).size).toBe(10);
  expect(drawAttackers(null, 10, 1).size).toBe(0);
});

async function expectLeftOut(strategy: string, kind: AttackKind, reason: RegExp) {
  const { rounds, liars } = await run(strategy, { bounds, attack: { kind } });
  expect(rounds).toHaveLength(3);
  expect(liars).toHaveLength(3);
  for (const { attack, dropped, loss } of liars) {
    expect({ attack, loss }).toEqual({ attack: kind, loss: undefined });
    expect(dropped).toMatch(reason);
  }
  for (const round of rounds) expect(round.loss).toBeLessThan(2);
}

test.for(strategyNames)('%s leaves huge values out of every round and says why', (strategy) =>
  expectLeftOut(strategy, 'huge', /^left out: its change to .* times the median$/),
);

test('what is not finite is refused, with and without bounds', async () => {
  await expectLeftOut('legend', 'not-finite', /^refused: .*finite/);
  const { liars } = await run('legend', { attack: { kind: 'not-finite' } });
  for (const { dropped } of liars) expect(dropped).toMatch(/^refused: /);
});

test('a device whose updates were left out owes nothing to messages that never counted', async () => {
  const { out, liars } = await run('fedlora', { bounds, codec: 'int8', attack: { kind: 'sign-flip' } });
  expect(liars.map(({ dropped }) => dropped?.slice(0, 8))).toEqual(['left out', 'left out', 'left out']);
  const checkpoint = await loadCheckpoint(join(out, 'fedlora', 'checkpoint'));
  const residuals = [...(checkpoint?.tensors.memories ?? [])].map(([id, { residual }]) => [
    id,
    residual.size,
  ]);
  const liar = liars[0]?.id;
  for (const [id, size] of residuals) expect(Number(size) > 0).toBe(id !== liar);
  expect(residuals).toHaveLength(5);
});

test('the other attacks are clipped, left out or as small as an honest update', async () => {
  for (const kind of ['sign-flip', 'constant', 'label-flip', 'head', 'weight'] as const) {
    const { rounds, liars } = await run('legend', { bounds, attack: { kind } });
    expect(liars.map(({ attack }) => attack)).toEqual([kind, kind, kind]);
    if (kind === 'sign-flip')
      expect(liars.every(({ dropped }) => dropped?.startsWith('left out'))).toBe(true);
    for (const { clipped, dropped } of liars) if (clipped !== undefined) expect(dropped).toBeUndefined();
    for (const { loss } of rounds) expect(loss).toBeLessThan(2);
  }
});

test('without bounds a single round of huge values ends the run', async () => {
  await expect(run('fedlora', { attack: { kind: 'huge' } })).rejects.toThrow(/round [12]/);
});

test('bounds change nothing where everybody is honest', async () => {
  const [plain, bounded] = [await run('legend', {}), await run('legend', { bounds })];
  expect(await resultsOf(bounded.out, 'legend')).toEqual(await resultsOf(plain.out, 'legend'));
});

test('an interrupted run with bounds, lies and residuals ends as an uninterrupted one', async () => {
  const changes = {
    bounds: { ...bounds, normMultiple: 1 },
    attack: { kind: 'head' },
    codec: 'int8',
    strategies: ['legend'],
    participation: 0.6,
  };
  const { out } = await run('legend', changes);
  const other = join(await newFolder(), 'run');
  const controller = new AbortController();
  const onEvent = (event: ExperimentEvent) => {
    if (event.type === 'round-finished' && event.record.round === 2) controller.abort(new Error('gone'));
  };
  const experiment = tinyExperiment(fleet, changes);
  await expect(runTiny(experiment, other, { signal: controller.signal, onEvent })).rejects.toThrow('gone');
  await runTiny(experiment, other, { resume: true });
  expect(await resultsOf(other, 'legend')).toEqual(await resultsOf(out, 'legend'));
});
