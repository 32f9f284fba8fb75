import { access, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '@legend-fl/base';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Experiment } from './experiment.ts';
import {
  newFolder,
  runTiny,
  tinyData,
  tinyDevices,
  tinyExamples,
  tinyExperiment,
  writeFleet,
} from './tiny-experiment.fixture.ts';

let fleet: string;
let experiment: Experiment;
let out: string;
beforeAll(async () => {
  fleet = await writeFleet();
  experiment = tinyExperiment(fleet);
});

const failureOf = (run: Promise<unknown>) => run.catch((error: unknown) => error);

describe('refused before a folder is made:', () => {
  const changes: [string, Record<string, unknown>, string, string][] = [
    ['an unknown strategy', { strategies: ['fedlora', 'legendary'] }, 'strategy-unknown', 'legendary'],
    [
      'a name that is no folder',
      { strategies: [{ name: 'a/b', strategy: 'legend' }] },
      'strategy-name',
      'a/b',
    ],
    ['a strategy twice', { strategies: ['legend', 'legend'] }, 'variant-twice', 'legend twice'],
    ['an unknown fleet', { fleet: 'jetson-8' }, 'fleet-unknown', 'Did you mean "jetson-80"?'],
    ['more devices than the fleet lists', { devices: 5 }, 'fleet-size', 'at most 4'],
    ['an unknown target', { targets: ['query', 'valeu'] }, 'target-unknown', 'valeu'],
    ['ranks for another model', { ranks: { kind: 'custom', values: [1, 2] } }, 'ranks-invalid', '3 blocks'],
  ];
  test.for(changes)('%s', async ([, change, code, text]) => {
    const folder = join(await newFolder(), 'run');
    const failure = await failureOf(runTiny(tinyExperiment(fleet, change), folder));
    expect(failure).toBeInstanceOf(InputError);
    expect(failure).toMatchObject({ code, message: expect.stringContaining(text) });
    await expect(access(folder)).rejects.toThrow('ENOENT');
  });

  test('fewer examples than devices', async () => {
    const folder = join(await newFolder(), 'run');
    const data = { ...tinyData, train: tinyExamples(3, 1) };
    expect(await failureOf(runTiny(experiment, folder, { data }))).toMatchObject({
      code: 'partition-impossible',
      message: expect.stringContaining('each of 4 devices'),
    });
    await expect(access(folder)).rejects.toThrow('ENOENT');
  });

  test('a fleet too small for the last strategy, before the first one has trained', async () => {
    const folder = join(await newFolder(), 'run');
    // Enough for one block, not for three.
    const small = await writeFleet(tinyDevices.map((device) => ({ ...device, memoryBytes: 250_000 })));
    const events: unknown[] = [];
    const failure = await failureOf(
      runTiny(tinyExperiment(small), folder, { onEvent: (event) => events.push(event) }),
    );
    expect(failure).toMatchObject({
      code: 'no-device-fits',
      message: expect.stringMatching(
        /^fedlora, round 1, plan: expected a device with [\d.]+ kB memory, to train 3 blocks, got 4 devices, at most 250.0 kB memory\./,
      ),
    });
    expect(events).toEqual([]);
    await expect(access(folder)).rejects.toThrow('ENOENT');
  });
});

test('a device that is too small for legend too is left out, and the record says why', async () => {
  const folder = join(await newFolder(), 'run');
  const devices = tinyDevices.map((device, index) => ({ ...device, memoryBytes: index === 1 ? 1000 : 1e9 }));
  const changes = { fleet: await writeFleet(devices), strategies: ['legend'], rounds: 1 };
  await runTiny(tinyExperiment(fleet, changes), folder);
  const [line = ''] = (await readFile(join(folder, 'legend', 'rounds.jsonl'), 'utf8')).split('\n');
  const record = JSON.parse(line);
  expect(record.devices.map(({ id }: { id: string }) => id)).toEqual(['device-1', 'device-3', 'device-4']);
  expect(record.excluded).toEqual([
    { id: 'device-2', reason: expect.stringMatching(/^training 1 block needs .* it has 1.0 kB$/) },
  ]);
});

describe('training that diverges', () => {
  const diverging = (steps: number) =>
    tinyExperiment(fleet, {
      strategies: ['legend'],
      local: { ...experiment.local, steps, learningRate: 1e30 },
    });

  test('is told of device and round', async () => {
    const failure = await failureOf(runTiny(diverging(4), join(await newFolder(), 'run')));
    expect(failure).toBeInstanceOf(InputError);
    expect(failure).toMatchObject({
      code: 'loss-not-finite',
      message: expect.stringMatching(
        /^legend, round 1, device device-\d, local step \d: expected a finite loss/,
      ),
    });
  });

  test('in the last local step is told of the evaluation', async () => {
    const failure = await failureOf(runTiny(diverging(1), join(await newFolder(), 'run')));
    expect(failure).toBeInstanceOf(InputError);
    expect(failure).toMatchObject({
      code: 'loss-not-finite',
      message: expect.stringMatching(/^legend, round 1, evaluation: /),
    });
  });
});

describe('a folder that holds a run', () => {
  beforeAll(async () => {
    out = join(await newFolder(), 'run');
    const controller = new AbortController();
    await failureOf(
      runTiny(experiment, out, {
        signal: controller.signal,
        onEvent: ({ type }) => {
          if (type === 'round-finished') controller.abort();
        },
      }),
    );
  });

  test('is not overwritten', async () => {
    const before = await readFile(join(out, 'summary.json'), 'utf8');
    expect(await failureOf(runTiny(experiment, out))).toMatchObject({ code: 'run-folder-taken' });
    expect(await readFile(join(out, 'summary.json'), 'utf8')).toBe(before);
  });

  test('is not resumed by another experiment', async () => {
    const other = tinyExperiment(fleet, { rounds: 4 });
    expect(await failureOf(runTiny(other, out, { resume: true }))).toMatchObject({
      code: 'run-folder-other-run',
      message: expect.stringContaining('config.rounds = 3'),
    });
  });

  test('is not resumed when what its fleet file or its data say has changed', async () => {
    const text = await readFile(fleet, 'utf8');
    await writeFile(fleet, text.replace('"memoryBytes":1000000000', '"memoryBytes":2000000000'));
    const changedFleet = await failureOf(runTiny(experiment, out, { resume: true }));
    await writeFile(fleet, text);
    expect(changedFleet).toMatchObject({
      code: 'run-folder-other-run',
      message: expect.stringContaining('fleet.sha256'),
    });
    const train = tinyData.train.map((example, index) =>
      index === 7 ? { ...example, label: 1 - example.label } : example,
    );
    const changedData = await failureOf(
      runTiny(experiment, out, { resume: true, data: { ...tinyData, train } }),
    );
    expect(changedData).toMatchObject({
      code: 'run-folder-other-run',
      message: expect.stringContaining('data.sha256'),
    });
  });

  test('is not shared with a run that is writing it', async () => {
    const folder = join(await newFolder(), 'run');
    const second: Promise<unknown>[] = [];
    await runTiny(tinyExperiment(fleet, { rounds: 1, strategies: ['legend'] }), folder, {
      onEvent: ({ type }) => {
        if (type === 'strategy-started') {
          second.push(
            failureOf(
              runTiny(tinyExperiment(fleet, { rounds: 1, strategies: ['legend'] }), folder, { resume: true }),
            ),
          );
        }
      },
    });
    expect(await Promise.all(second)).toMatchObject([{ code: 'run-folder-locked' }]);
  });

  test('whose checkpoint is damaged is not resumed', async () => {
    const path = join(out, 'legend', 'checkpoint', 'global.safetensors');
    const bytes = await readFile(path);
    await writeFile(path, bytes.subarray(0, bytes.length - 10));
    const failure = await failureOf(runTiny(experiment, out, { resume: true }));
    await writeFile(path, bytes);
    expect(failure).toBeInstanceOf(InputError);
    expect(failure).toMatchObject({ message: expect.stringContaining(path) });
  });
});
