import { readdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { folderFiles } from '@legend-fl/adapter/node';
import { readPeftAdapter } from '@legend-fl/lora/node';
import { openModel } from '@legend-fl/models';
import type { RoundRecord, Summary } from '@legend-fl/runs';
import { readSummary, roundsPath } from '@legend-fl/runs/node';
import { allRounds } from '@legend-fl/runs/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Experiment } from './experiment.ts';
import type { ExperimentEvent } from './experiment-event.ts';
import {
  machineFree,
  newFolder,
  resultsOf,
  runTiny,
  tinyData,
  tinyDevices,
  tinyExperiment,
  tinyModelFolder,
  writeFleet,
} from './tiny-experiment.fixture.ts';

/** Names, shapes and alphas of 14 tensors. */
const MOST_MESSAGE_OVERHEAD = 2500;

/** The run that the others are compared with: both strategies, one worker, never interrupted. */
let experiment: Experiment;
let whole: { readonly out: string; readonly summary: Summary; readonly events: readonly ExperimentEvent[] };
beforeAll(async () => {
  experiment = tinyExperiment(await writeFleet());
  const out = join(await newFolder(), 'run');
  const events: ExperimentEvent[] = [];
  const summary = await runTiny(experiment, out, { onEvent: (event) => events.push(event) });
  whole = { out, summary, events };
});

describe('a run', () => {
  test('leaves summary, report, and per strategy rounds, adapter and checkpoint', async () => {
    expect((await readdir(whole.out)).sort()).toEqual([
      '.lock',
      'fedlora',
      'legend',
      'report.html',
      'summary.json',
    ]);
    expect((await readdir(join(whole.out, 'legend'))).sort()).toEqual([
      'adapter',
      'checkpoint',
      'rounds.jsonl',
    ]);
    expect(await readSummary(whole.out)).toEqual(JSON.parse(JSON.stringify(whole.summary)));
    expect(await readFile(join(whole.out, 'report.html'), 'utf8')).toBe(
      `${basename(whole.out)}: legend, fedlora`,
    );
  });

  test('has the DESIGN’s fields in its summary', () => {
    expect(whole.summary).toMatchObject({
      formatVersion: 1,
      config: { devices: 4, rounds: 3, seed: 7, strategies: ['legend', 'fedlora'] },
      model: { id: 'tiny', blocks: 3, hidden: 32, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
      data: { id: 'tiny', train: 48, test: 24, classes: 2, partition: { kind: 'iid' } },
    });
    expect(whole.summary.strategies.map(({ name, rounds }) => [name, rounds])).toEqual([
      ['legend', 3],
      ['fedlora', 3],
    ]);
    expect(whole.summary.strategies[0]).toMatchObject({ targetAccuracy: null, secondsToTarget: null });
  });

  test('tells what happens in order', () => {
    const types = whole.events.map(({ type }) => type);
    const round = [...Array(4).fill('device-trained'), 'round-finished'];
    const strategy = ['strategy-started', ...round, ...round, ...round, 'strategy-finished'];
    expect(types).toEqual([...strategy, ...strategy]);
  });

  test('trains: the adapter has moved and loads with its head', async () => {
    const { architecture } = await openModel(folderFiles(tinyModelFolder), { classes: 2, seed: 7 });
    const adapter = await readPeftAdapter(join(whole.out, 'legend', 'adapter'), architecture);
    expect([...adapter.head.keys()]).toEqual(['classifier.weight', 'classifier.bias']);
    for (const block of adapter.blocks) {
      for (const module of block.values()) {
        if (module.kind !== 'lora') throw new Error('the adapter has another module than LoRA');
        expect(module.b.data.some((value) => value !== 0)).toBe(true);
      }
    }
  });

  test('is the same to the bit with two workers', async () => {
    const out = join(await newFolder(), 'run');
    const summary = await runTiny(experiment, out, { workers: 2 });
    expect(summary.strategies.map(machineFree)).toEqual(whole.summary.strategies.map(machineFree));
    expect({ ...summary, strategies: [] }).toEqual({ ...whole.summary, strategies: [] });
    for (const strategy of ['legend', 'fedlora']) {
      expect(await resultsOf(out, strategy)).toEqual(await resultsOf(whole.out, strategy));
    }
  });
});

describe('the records', () => {
  test.for(['legend', 'fedlora'])('of %s are the cost model’s figures', async (strategy) => {
    const rounds = await allRounds(roundsPath(whole.out, strategy));
    const ranks = strategy === 'legend' ? [1, 2, 3] : [2, 2, 2];
    // Query and value, 32 to 32, and a head of 2 × 32 + 2, as float32; the messages' own bytes come on top.
    const bytesAt = (depth: number) =>
      4 * (ranks.slice(3 - depth).reduce((sum, rank) => sum + rank * 2 * (32 + 32), 0) + 66);
    let clock = 0;
    for (const round of rounds) {
      const times = round.devices.map(({ id, depth, bytesUp = 0, bytesDown = 0, ...time }) => {
        const profile = tinyDevices.find((device) => device.id === id);
        if (!profile) throw new Error(`no device ${id}`);
        expect(time.forwardSeconds).toBeCloseTo(2 * 3 * profile.forwardSecondsPerBlock, 12);
        expect(time.backwardSeconds).toBeCloseTo(2 * depth * profile.backwardSecondsPerBlock, 12);
        for (const bytes of [bytesUp, bytesDown]) {
          expect(bytes).toBeGreaterThan(bytesAt(depth));
          expect(bytes).toBeLessThan(bytesAt(depth) + MOST_MESSAGE_OVERHEAD);
        }
        expect(time.uploadSeconds).toBeCloseTo(bytesUp / profile.uploadBytesPerSecond, 12);
        expect(time.downloadSeconds).toBeCloseTo(bytesDown / profile.downloadBytesPerSecond, 12);
        expect(time.ranks).toEqual(ranks.slice(3 - depth));
        return time.forwardSeconds + time.backwardSeconds + time.uploadSeconds + time.downloadSeconds;
      });
      const longest = Math.max(...times);
      clock += longest;
      expect(round.roundSeconds).toBeCloseTo(longest, 12);
      expect(round.virtualSeconds).toBeCloseTo(clock, 12);
      expect(round.waitingSeconds).toBeCloseTo(times.reduce((sum, time) => sum + longest - time, 0) / 4, 12);
      const sumOf = (key: 'bytesUp' | 'bytesDown') =>
        round.devices.reduce((sum, device) => sum + (device[key] ?? 0), 0);
      expect(round).toMatchObject({
        bytesUp: sumOf('bytesUp'),
        bytesDown: sumOf('bytesDown'),
        rankDistribution: ranks,
      });
    }
    expect(rounds).toHaveLength(3);
  });

  test('give slow devices of legend less depth, and all of fedlora all blocks', async () => {
    const depthsOf = async (strategy: string) =>
      (await allRounds(roundsPath(whole.out, strategy))).map(({ devices }) =>
        devices.map(({ depth }) => depth),
      );
    expect(await depthsOf('fedlora')).toEqual(Array(3).fill([3, 3, 3, 3]));
    for (const depths of await depthsOf('legend')) {
      expect(depths[0]).toBe(3);
      expect(depths[3]).toBeLessThan(3);
    }
  });
});

describe('an experiment with other settings', () => {
  let rounds: readonly RoundRecord[];
  let summary: Summary;
  const events: ExperimentEvent[] = [];
  beforeAll(async () => {
    const out = join(await newFolder(), 'run');
    const long = { text: `the film was ${'late '.repeat(40)}`, label: 0 };
    const trunk = { kind: 'global', refreshRounds: 1 } as const;
    const changes = { seed: 8, trunk, targetAccuracy: 0.01 };
    summary = await runTiny({ ...experiment, ...changes, strategies: ['legend'] }, out, {
      data: { ...tinyData, train: [...tinyData.train, long], test: [...tinyData.test, long] },
      onEvent: (event) => events.push(event),
    });
    rounds = await allRounds(roundsPath(out, 'legend'));
  });

  test('says how many texts were cut', () => {
    expect(events[0]).toEqual({ type: 'texts-cut', texts: 2, maxLength: 16 });
  });

  test('stops with the round that reaches the target', () => {
    const [round] = rounds;
    expect(summary.strategies).toMatchObject([
      {
        rounds: 1,
        targetAccuracy: 0.01,
        secondsToTarget: round?.virtualSeconds,
        bytesToTarget: (round?.bytesUp ?? 0) + (round?.bytesDown ?? 0),
      },
    ]);
    expect(events.at(-1)).toMatchObject({ type: 'strategy-finished', reason: 'target-reached' });
  });

  test('sends the whole adapter down where the trunk has it applied', () => {
    const wholeBytes = 4 * ((1 + 2 + 3) * 2 * (32 + 32) + 66);
    const [{ bytesUp = 0, bytesDown = 0 } = {}] = rounds;
    expect(bytesDown).toBeGreaterThan(4 * wholeBytes);
    expect(bytesDown).toBeLessThan(4 * (wholeBytes + MOST_MESSAGE_OVERHEAD));
    expect(bytesUp).toBeLessThan(bytesDown - 1000);
  });

  test('trains to another result', async () => {
    const [usual] = await allRounds(roundsPath(whole.out, 'legend'));
    expect(rounds[0]?.loss).not.toBe(usual?.loss);
  });
});

/** Aborts a run when `when` first holds; gives what it rejected with. */
async function interrupt(
  interrupted: Experiment,
  out: string,
  when: (event: ExperimentEvent) => boolean,
): Promise<unknown> {
  const controller = new AbortController();
  return runTiny(interrupted, out, {
    signal: controller.signal,
    onEvent: (event) => {
      if (when(event)) controller.abort(new Error('the person has gone'));
    },
  }).catch((error: unknown) => error);
}

describe('an interrupted run ends as if it had not been, once resumed,', () => {
  const moments: [string, string[], (event: ExperimentEvent) => boolean, [string, number][]][] = [
    ['before its first round', ['legend'], ({ type }) => type === 'strategy-started', [['legend', 0]]],
    [
      'after round 2',
      ['legend'],
      (event) => event.type === 'round-finished' && event.record.round === 2,
      [['legend', 2]],
    ],
    [
      'in the middle of round 2',
      ['legend'],
      (event) => event.type === 'device-trained' && event.round === 2,
      [['legend', 1]],
    ],
    [
      'between its strategies',
      ['legend', 'fedlora'],
      ({ type }) => type === 'strategy-finished',
      [['fedlora', 0]],
    ],
  ];
  test.for(moments)('%s', async ([, strategies, when, goesOnWith]) => {
    const out = join(await newFolder(), 'run');
    const interrupted = { ...experiment, strategies };
    expect(await interrupt(interrupted, out, when)).toMatchObject({ message: 'the person has gone' });
    const started: [string, number][] = [];
    const { strategies: figures } = await runTiny(interrupted, out, {
      resume: true,
      onEvent: (event) => {
        if (event.type === 'strategy-started') started.push([event.strategy, event.roundsDone]);
      },
    });
    expect(started).toEqual(goesOnWith);
    expect(figures.map(machineFree)).toEqual(
      whole.summary.strategies.slice(0, strategies.length).map(machineFree),
    );
    for (const strategy of strategies) {
      expect(await resultsOf(out, strategy)).toEqual(await resultsOf(whole.out, strategy));
    }
  });
});

test('resuming a finished run does nothing and succeeds', async () => {
  const files = ['summary.json', 'report.html', 'legend/rounds.jsonl', 'legend/adapter/legend.json'];
  const times = () => Promise.all(files.map(async (file) => (await stat(join(whole.out, file))).mtimeMs));
  const before = await times();
  const events: ExperimentEvent[] = [];
  const summary = await runTiny(experiment, whole.out, {
    resume: true,
    onEvent: (event) => events.push(event),
  });
  expect(summary).toEqual(JSON.parse(JSON.stringify(whole.summary)));
  expect(events).toEqual([]);
  expect(await times()).toEqual(before);
});

test('a full disk is said, and what was written before is resumed', async () => {
  const out = join(await newFolder(), 'run');
  const rounds = join(out, 'legend', 'rounds.jsonl');
  const saved = join(out, '..', 'rounds.jsonl');
  const pending: Promise<void>[] = [];
  const short = { ...experiment, strategies: ['legend'] };
  const failure = await runTiny(short, out, {
    onEvent: (event) => {
      if (event.type !== 'round-finished' || event.record.round !== 1) return;
      pending.push(rename(rounds, saved).then(() => symlink('/dev/full', rounds)));
    },
  }).catch((error: unknown) => error);
  expect(failure).toMatchObject({ name: 'WriteError', code: 'disk-full' });
  await Promise.all(pending);
  await rm(rounds);
  await rename(saved, rounds);
  await runTiny(short, out, { resume: true });
  expect(await resultsOf(out, 'legend')).toEqual(await resultsOf(whole.out, 'legend'));
});

test('calls for a share of the devices, drawn anew in every round', async () => {
  const out = join(await newFolder(), 'run');
  const changes = { participation: 0.5, rounds: 6, strategies: ['fedlora'] };
  await runTiny({ ...experiment, ...changes }, out);
  const rounds = await allRounds(roundsPath(out, 'fedlora'));
  const called = rounds.map(({ devices }) => devices.map(({ id }) => id).join());
  expect(rounds.map(({ devices }) => devices.length)).toEqual(Array(6).fill(2));
  expect(new Set(called).size).toBeGreaterThan(2);
});

test('a linear schedule slows down towards the last round', async () => {
  const lossesOf = async (schedule: 'constant' | 'linear') => {
    const out = join(await newFolder(), 'run');
    const local = { ...experiment.local, schedule };
    await runTiny({ ...experiment, local, strategies: ['fedlora'] }, out);
    return (await allRounds(roundsPath(out, 'fedlora'))).map(({ loss }) => loss);
  };
  const [constant, linear] = [await lossesOf('constant'), await lossesOf('linear')];
  expect(linear).not.toEqual(constant);
  const lastMove = ([, before = 0, last = 0]: readonly (number | null)[]) =>
    Math.abs((last ?? 0) - (before ?? 0));
  expect(lastMove(linear)).toBeLessThan(lastMove(constant));
});

test('trains and evaluates on as many examples as it is told', async () => {
  const changes = { trainExamples: 20, testExamples: 5, rounds: 1, strategies: ['fedlora'] };
  const summary = await runTiny({ ...experiment, ...changes }, join(await newFolder(), 'run'));
  expect(summary.data).toMatchObject({ train: 20, test: 5 });
  expect(((summary.strategies[0]?.finalAccuracy ?? Number.NaN) * 5) % 1).toBe(0);
});
