import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { roundRecordSchema } from '@legend-fl/runs';
import { describe, expect, test, vi } from 'vitest';
import { Deployment, expectedAdapter } from './deployment.fixture.ts';
import type { LegendProcess } from './legend-process.fixture.ts';
import { everyHeadValue, everyValue, type Lie, LyingDevice, plainCapacity } from './lying-device.fixture.ts';
import { secondsHere } from './seconds-here.fixture.ts';

/** What one enrolled device can do to a run by lying, beside honest devices: all of them real programs. */

vi.setConfig({ testTimeout: 900_000 });

const HONEST = [1, 2, 3];
const settings = { minimumDevices: 3, minimumCohort: 3, codec: 'f32', local: { steps: 20, batchSize: 4 } };

interface Scene {
  readonly deployment: Deployment;
  readonly honest: readonly LegendProcess[];
  readonly liar: LyingDevice;
}

/** A run of honest devices and one that lies, which has told the capacity. The first round waits for all of them. */
async function setScene(
  changes: object = {},
  { capacity = {}, args = [] }: { readonly capacity?: object; readonly args?: readonly string[] } = {},
): Promise<Scene> {
  const deployment = await Deployment.make({ ...settings, minimumDevices: 4, ...changes });
  await deployment.start();
  const liar = await LyingDevice.enrol(deployment.url, deployment.joinToken, deployment.run);
  expect((await liar.reportCapacity(capacity)).status).toBe(200);
  const polling = liar.poll();
  // One after the other: updates are added in the order of enrolment.
  const honest: LegendProcess[] = [];
  for (const number of HONEST) honest.push(await deployment.join(number, { args }));
  await polling;
  return { deployment, honest, liar };
}

async function recordsOf(deployment: Deployment) {
  const text = await readFile(join(deployment.dir, 'runs/demo/fedlora/rounds.jsonl'), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => roundRecordSchema.parse(JSON.parse(line)));
}

describe('an update that no training gives', () => {
  const lies: readonly (readonly [string, Lie])[] = [
    ['the greatest of numbers', everyValue(() => 3e38)],
    ['one number in place of every value', everyValue(() => 7)],
    ['a thousand times the step, the other way', everyValue((value, index) => value - 20 * Math.cos(index))],
    ['the head turned over and blown up', everyHeadValue((value) => -20 * value - 5)],
  ];
  test.each(lies)('%s is left out: the run ends with the bits of one without it', async (_name, lie) => {
    const expected = await expectedAdapter(settings, HONEST);
    const { deployment, honest, liar } = await setScene();
    const living = liar.liveOn(lie);
    expect(await deployment.finish(...honest)).toBe(expected);
    expect((await living).every(({ status }) => status === 200)).toBe(true);
    const records = await recordsOf(deployment);
    for (const { devices } of records) {
      const told = devices.find(({ id }) => id === liar.id);
      if (told !== undefined) expect(told).toMatchObject({ leftOut: true });
      expect(devices.filter(({ dropped }) => dropped === undefined)).toHaveLength(3);
    }
    const view = (await deployment.devices()).find(({ id }) => id === liar.id);
    expect(view).toMatchObject({ updates: 0, note: expect.stringContaining('times the median') });
    expect(view?.refused).toBeGreaterThan(0);
  });
});

test('figures beyond their bounds are refused by name, and a restart finds nothing of them', async () => {
  const { deployment, honest, liar } = await setScene({ rounds: 2 });
  const work = await liar.awaitWork();
  if (work?.kind !== 'train') throw new Error('It was to train.');
  const figures: readonly (readonly [object, string])[] = [
    [{ bytesDown: 2 ** 53 - 1 }, 'bytesDown'],
    [{ examples: 2 ** 53 - 1 }, 'examples'],
    [{ loss: 1.7e308 }, 'loss'],
    [{ times: { download: 1e9, forward: 1, backward: 1, upload: 1 } }, 'download'],
    [{ capacity: { ...plainCapacity, forwardSecondsPerBlock: 1.7e308 } }, 'forwardSecondsPerBlock'],
    [{ capacity: { ...plainCapacity, memoryBytes: 2 ** 60 } }, 'memoryBytes'],
  ];
  for (const [changes, name] of figures) {
    const { status, problem } = await liar.handIn(work, (start) => start, changes);
    expect([status, problem?.code]).toEqual([400, 'request-invalid']);
    expect(problem?.message).toContain(name);
  }
  const { problem } = await liar.reportCapacity({ backwardSecondsPerBlock: 1e5 });
  expect(problem).toMatchObject({ code: 'request-invalid' });
  await deployment.coordinator.kill();
  await deployment.start();
  expect(
    (
      await liar.handIn(
        work,
        everyValue((value, index) => value + 0.001 * Math.sin(index)),
      )
    ).status,
  ).toBe(200);
  const living = liar.liveOn(everyValue((value, index) => value + 0.001 * Math.sin(index)));
  await deployment.finish(...honest);
  await living;
  expect(await deployment.view()).toMatchObject({ status: 'finished', round: 2 });
});

describe('a device that claims', () => {
  test('to need an hour for a block is left out of the rounds and named; nobody waits for it', async () => {
    const claim = { forwardSecondsPerBlock: 3600, backwardSecondsPerBlock: 3600 };
    const roundDeadline = { factor: 2, graceSeconds: 60 };
    const { deployment, honest, liar } = await setScene({ roundDeadline }, { capacity: claim });
    const living = liar.liveOn((start) => start);
    await deployment.finish(...honest);
    expect(await living).toEqual([]);
    for (const record of await recordsOf(deployment)) {
      expect(record.devices).toHaveLength(3);
      expect(record).toMatchObject({ excluded: [{ id: liar.id, reason: expect.any(String) }] });
    }
  });

  test('to train in no time lowers nobody’s depth', async () => {
    const claim = {
      forwardSecondsPerBlock: 1e-9,
      backwardSecondsPerBlock: 1e-9,
      uploadSecondsPerByte: 0,
      downloadSecondsPerByte: 0,
    };
    const { deployment, honest, liar } = await setScene(
      { strategy: 'legend', rounds: 1, minimumCohort: 1 },
      { capacity: claim },
    );
    const work = await liar.awaitWork();
    if (work?.kind !== 'train') throw new Error('It was to train.');
    const depths = (await deployment.devices()).flatMap(({ id, depth }) =>
      id === liar.id ? [] : (depth ?? []),
    );
    await liar.handIn(
      work,
      everyValue((value, index) => value + 0.001 * Math.sin(index)),
    );
    await deployment.finish(...honest);
    expect(depths).toHaveLength(3);
    expect(Math.max(...depths)).toBe(3);
  });
});

test('a device that takes work and returns nothing costs the others one deadline', async () => {
  const { deployment, honest, liar } = await setScene({
    rounds: 5,
    minimumDevices: 3,
    roundDeadline: { factor: 1, graceSeconds: await secondsHere(12) },
  });
  const taken: number[] = [];
  const taking = (async () => {
    for (let work = await liar.awaitWork(); work !== null; work = await liar.awaitWork()) {
      if (work.kind === 'train' && taken.at(-1) !== work.round) taken.push(work.round);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  })();
  await deployment.finish(...honest);
  await taking;
  expect(taken.length).toBeGreaterThan(0);
  const closed = deployment.coordinator.text.match(/closed at its deadline/g) ?? [];
  expect(closed).toHaveLength(1);
});

test('a false score ends no run, and counts for no figure', async () => {
  const { deployment, honest, liar } = await setScene(
    {
      data: null,
      classes: ['cold', 'warm', 'old'],
      evaluate: 'devices',
      targetAccuracy: 0.999,
      rounds: 2,
      // Nobody learns anything, so that what is scored high is a lie.
      local: { steps: 1, batchSize: 4, maxLength: 16, learningRate: 1e-7 },
    },
    { args: ['--hold-out', '0.5'] },
  );
  const scored: number[] = [];
  for (let work = await liar.awaitWork(); work !== null; work = await liar.awaitWork()) {
    if (work.kind === 'train') {
      await liar.handIn(
        work,
        everyValue((value, index) => value + 0.001 * Math.sin(index)),
      );
    } else {
      const { status } = await liar.score(work, { examples: 1e9, correct: 1e9, loss: 0 });
      scored.push(status);
    }
  }
  await deployment.finish(...honest);
  expect(scored).toContain(200);
  expect(await deployment.view()).toMatchObject({ round: 2, about: 'All rounds are done.' });
});

test('two devices alone get no round, since each could work out what the other sent', async () => {
  const deployment = await Deployment.make({ minimumDevices: 1, minimumCohort: undefined });
  await deployment.start();
  const devices = [await deployment.join(1), await deployment.join(2)];
  await deployment.until(async () => (await deployment.view()).about.includes('2 of at least 3'));
  expect(await deployment.view()).toMatchObject({
    status: 'waiting',
    about: expect.stringContaining('minimumCohort'),
    warning: '',
  });
  for (const device of devices) await device.kill();
});
