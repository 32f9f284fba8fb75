import { unzipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  makeRun,
  openPlace,
  type Place,
  TestDevice,
  tinySettings,
  until,
} from '../testing/coordinator.fixture.ts';

/** What operators change of runs and devices, and what they see of them. */

let place: Place;
beforeEach(async () => {
  place = await openPlace();
});
afterEach(() => leave(place));

async function leave({ coordinator, store }: Place): Promise<void> {
  await coordinator.stop();
  await store.close();
}

/** The same folder, opened anew. */
async function reopen(): Promise<void> {
  await leave(place);
  place = await openPlace({ dir: place.dir });
}

const operators = () => place.coordinator.forOperators;
const viewOf = (run: string) =>
  operators()
    .listRuns()
    .find(({ id }) => id === run);
const deviceOf = (id: string) =>
  operators()
    .listDevices()
    .find((device) => device.id === id);

describe('names', () => {
  test('an operator’s name for a run stays, and is that of its results', async () => {
    const { run, devices } = await makeRun(place, { rounds: 1 });
    await Promise.all(devices.map((device) => device.takePart()));
    await operators().changeRun(run, { name: 'Film reviews' });
    expect(viewOf(run)?.name).toBe('Film reviews');
    await reopen();
    expect(viewOf(run)?.name).toBe('Film reviews');
    expect(operators().runSettings(run)).toMatchObject({ name: 'Film reviews', rounds: 1, seed: 7 });
  });

  test('a name that a device tells anew counts, and one that it repeats does not undo an operator’s', async () => {
    const { devices } = await makeRun(place, {}, 1);
    const { id = '' } = devices[0] ?? {};
    const { tellName } = place.coordinator.forDevices;
    await tellName(id, 'desk');
    expect(deviceOf(id)?.name).toBe('desk');
    await operators().renameDevice(id, 'shop window');
    await tellName(id, 'desk');
    expect(deviceOf(id)?.name).toBe('shop window');
    await reopen();
    await place.coordinator.forDevices.tellName(id, 'desk');
    expect(deviceOf(id)?.name).toBe('shop window');
    await place.coordinator.forDevices.tellName(id, 'garage');
    expect(deviceOf(id)?.name).toBe('garage');
    await expect(operators().renameDevice('d-none', 'x')).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('a pause', () => {
  test('keeps the next round from being planned, over a restart too, until the run is resumed', async () => {
    const { run } = await makeRun(place, { minimumDevices: 1 }, 0);
    await operators().changeRun(run, { paused: true });
    await reopen();
    const device = await TestDevice.enrol(place.coordinator, run, 1);
    const taking = device.takePart();
    const view = await until(place.coordinator, run, ({ about }) => about.startsWith('is paused'));
    expect(view).toMatchObject({ paused: true, phase: 'planning', status: 'waiting' });
    await operators().changeRun(run, { paused: false });
    await taking;
    expect(viewOf(run)).toMatchObject({ paused: false, status: 'finished' });
    await expect(operators().changeRun(run, { paused: true })).rejects.toMatchObject({
      code: 'run-finished',
    });
  });
});

describe('settings', () => {
  test('of a run that has not begun can be replaced, and devices that joined go on', async () => {
    const { run, devices } = await makeRun(place, { rounds: 5, minimumDevices: 4 });
    const taking = Promise.all(devices.map((device) => device.takePart()));
    expect(viewOf(run)?.editable).toBe(true);
    const settings = { ...operators().runSettings(run), rounds: 1, minimumDevices: 3, name: 'Shorter' };
    const edited = await operators().editRun(run, settings);
    expect(edited).toMatchObject({ id: run, name: 'Shorter', rounds: 1 });
    await taking;
    expect(viewOf(run)).toMatchObject({ status: 'finished', round: 1, editable: false });
    await expect(operators().editRun(run, settings)).rejects.toMatchObject({ code: 'run-conflict' });
    await reopen();
    expect(viewOf(run)).toMatchObject({ name: 'Shorter', status: 'finished', rounds: 1 });
  });

  test('that devices have prepared for stay, and bad ones change nothing', async () => {
    const { run } = await makeRun(place);
    const settings = tinySettings();
    await expect(operators().editRun(run, { ...settings, seed: 8 })).rejects.toMatchObject({
      code: 'run-conflict',
      message: expect.stringContaining('seed'),
    });
    await expect(operators().editRun(run, { ...settings, rounds: 0 })).rejects.toThrow('rounds');
    expect(viewOf(run)).toMatchObject({ rounds: 2, editable: true });
  });

  test('are shown as far as they differ from the defaults, and make the same run again', async () => {
    const { run } = await makeRun(place, {}, 0);
    const settings = operators().runSettings(run);
    expect(Object.keys(settings)).not.toContain('maximumAttempts');
    const { id } = await operators().createRun(settings);
    expect(operators().runSettings(id)).toEqual(settings);
  });
});

test('the untrained adapter is scored once, and its score stays', async () => {
  const { run } = await makeRun(place, {}, 0);
  const { baseline } = await until(place.coordinator, run, (view) => view.baseline !== null);
  expect(baseline?.accuracy).toBeGreaterThanOrEqual(0);
  expect(baseline?.loss).toBeGreaterThan(0);
  await reopen();
  expect(viewOf(run)?.baseline).toEqual(baseline);
});

test('nobody scores the untrained adapter of a run whose devices score', async () => {
  const { run, devices } = await makeRun(place, { rounds: 1, data: null, classes: ['bad', 'good'] });
  await Promise.all(devices.map((device) => device.takePart()));
  expect(viewOf(run)).toMatchObject({ status: 'finished', baseline: null });
});

test('the adapter is one archive, a folder that PEFT loads', async () => {
  const { run, devices } = await makeRun(place, { rounds: 1 });
  await Promise.all(devices.map((device) => device.takePart()));
  const files = unzipSync(await operators().adapterArchive(run));
  expect(Object.keys(files).sort()).toEqual([
    `${run}-adapter/adapter_config.json`,
    `${run}-adapter/adapter_model.safetensors`,
    `${run}-adapter/legend.json`,
  ]);
  expect(files[`${run}-adapter/adapter_model.safetensors`]).toEqual(
    new Uint8Array(await operators().adapterFile(run, 'adapter_model.safetensors')),
  );
});

test('once a run is over its devices are finished, whatever step they told last', async () => {
  const { run, devices } = await makeRun(place, { rounds: 1 });
  const [first] = devices;
  const beat = { run, activity: 'training', round: 1, step: 1, steps: 2, loss: 0.5 } as const;
  await place.coordinator.forDevices.heartbeat(first?.id ?? '', beat);
  await Promise.all(devices.map((device) => device.takePart()));
  for (const { id } of devices) expect(deviceOf(id)).toMatchObject({ status: 'finished', step: 0, steps: 0 });
});

test('what a device did wrong is told in sentences', async () => {
  const { run, devices } = await makeRun(place, { rounds: 1 });
  const [device] = devices;
  if (device === undefined) throw new Error('no device');
  for (const each of devices) await each.reportCapacity();
  const assignment = await device.awaitTraining();
  if (assignment === undefined) throw new Error('no assignment');
  const { report } = await device.train(assignment);
  const sha256 = await device.upload(Uint8Array.of(1, 2, 3));
  await expect(device.hand({ ...report, sha256 })).rejects.toMatchObject({ code: 'update-invalid' });
  expect(deviceOf(device.id)?.note).toMatch(
    /^Its update was refused because it does not fit its assignment: .*\.$/,
  );
  await operators().setQuarantine(device.id, true);
  expect(deviceOf(device.id)?.note).toMatch(
    /^An operator set it aside: it gets no work until it is released\. It/,
  );
  await operators().stopRun(run);
});
