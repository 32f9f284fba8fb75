import { encodeSafetensors } from '@legend-fl/adapter';
import { afterEach, describe, expect, test } from 'vitest';
import {
  driveClock,
  makeRun,
  openPlace,
  type Place,
  randomSha256,
  TestDevice,
  type Trained,
  until,
} from '../testing/coordinator.fixture.ts';

/** How rounds of real devices go when they do not all do what they should. */

const open: Place[] = [];
async function newPlace(): Promise<Place> {
  const place = await openPlace();
  open.push(place);
  return place;
}
afterEach(async () => {
  for (const { coordinator, store } of open.splice(0)) {
    await coordinator.stop();
    await store.close();
  }
});

const devicesEvaluate = { data: null, classes: ['bad', 'good'], rounds: 1 };
const slow = { factor: 1, graceSeconds: 300, maximumSeconds: 300 };

type Three = readonly [TestDevice, TestDevice, TestDevice];

/** A run whose first round is assigned to three devices, and what each of them has trained. */
async function trainedRound(
  changes: Readonly<Record<string, unknown>> = {},
  place?: Place,
): Promise<{ place: Place; run: string; devices: Three; trained: readonly [Trained, Trained, Trained] }> {
  const at = place ?? (await newPlace());
  const { run, devices } = await makeRun(at, { ...devicesEvaluate, roundDeadline: slow, ...changes });
  for (const device of devices) await device.reportCapacity();
  const trained = await Promise.all(
    devices.map(async (device) => {
      const assignment = await device.awaitTraining();
      if (assignment === undefined) throw new Error('the run is over too early');
      return device.train(assignment);
    }),
  );
  return {
    place: at,
    run,
    devices: devices as unknown as Three,
    trained: trained as [Trained, Trained, Trained],
  };
}

async function send(device: TestDevice, { message, report }: Trained) {
  await device.upload(message);
  return device.hand(report);
}

const refusal = (code: string, message = '') =>
  expect.objectContaining({ name: 'Refusal', code, message: expect.stringContaining(message) });

async function lastRecord({ coordinator }: Place, run: string) {
  const records = (await coordinator.forOperators.roundRecords(run)) as {
    devices: { id: string; dropped?: string }[];
    attempt: number;
    accuracy: number | null;
  }[];
  return records.at(-1);
}

test('the deadline closes a round with the updates that are in; a late one is refused', async () => {
  const pass = driveClock();
  const { place, run, devices, trained } = await trainedRound({
    minimumUpdates: 1,
    rounds: 2,
    minimumDevices: 3,
  });
  const [one, two, three] = devices;
  await send(one, trained[0]);
  await two.upload(trained[1].message);
  await pass(slow.maximumSeconds);
  await until(place.coordinator, run, ({ phase }) => phase !== 'collecting');
  await expect(two.hand(trained[1].report)).rejects.toThrow(
    expect.objectContaining({ code: expect.stringMatching(/^(round-closed|old-round)$/) }),
  );
  await expect(three.upload(trained[2].message)).rejects.toThrow(refusal('round-closed'));
  await Promise.all(devices.map((device) => device.work()));
  await until(place.coordinator, run, ({ round }) => round === 2);
  expect((await lastRecord(place, run))?.devices.map(({ dropped }) => dropped)).toEqual([
    undefined,
    'had not answered when the round closed',
    'had not answered when the round closed',
  ]);
});

test('a round with too few updates is tried again, and what belongs to the first try is refused', async () => {
  const pass = driveClock();
  const { place, run, devices, trained } = await trainedRound({
    minimumUpdates: 3,
  });
  const [one, two] = devices;
  expect(await send(one, trained[0])).toBe('accepted');
  await two.upload(trained[1].message);
  await pass(slow.maximumSeconds);
  const again = await until(place.coordinator, run, ({ attempt }) => attempt === 2);
  expect(again).toMatchObject({ round: 1 });
  await expect(two.hand(trained[1].report)).rejects.toThrow(refusal('old-round'));
  await expect(one.hand(trained[0].report)).rejects.toThrow(refusal('old-round'));
  const assignments = await Promise.all(devices.map((device) => device.awaitTraining()));
  expect(assignments.map((assignment) => assignment?.attempt)).toEqual([2, 2, 2]);
});

test('with over-selection the first updates close the round', async () => {
  const { place, run, devices, trained } = await trainedRound({ needed: { count: 2 } });
  const [one, two, three] = devices;
  await three.upload(trained[2].message);
  await send(two, trained[1]);
  await send(one, trained[0]);
  await expect(three.hand(trained[2].report)).rejects.toThrow(refusal('round-closed'));
  await Promise.all(devices.map((device) => device.work()));
  await until(place.coordinator, run, ({ status }) => status === 'finished');
  expect((await lastRecord(place, run))?.devices.map(({ dropped }) => dropped !== undefined)).toEqual([
    false,
    false,
    true,
  ]);
});

test('who leaves is dropped at once, and who asks for an assignment is back', async () => {
  const { place, run, devices, trained } = await trainedRound({ rounds: 2 });
  const [one, two, three] = devices;
  await place.coordinator.forDevices.leave(two.id, run, 'shutting down');
  await send(one, trained[0]);
  await send(three, trained[2]);
  await Promise.all([one.work(), three.work()]);
  const shown = place.coordinator.forOperators.listDevices().map(({ status }) => status);
  expect(shown[1]).toBe('left');
  await until(place.coordinator, run, ({ round }) => round === 2);
  expect((await lastRecord(place, run))?.devices[1]?.dropped).toBe('it left: shutting down');
  await until(
    place.coordinator,
    run,
    ({ about }) => about === 'waits for devices: 2 of at least 3 are ready',
  );
  expect(await two.awaitTraining()).toMatchObject({ round: 2 });
});

test('a revoked device is dropped, and nothing that it sends counts', async () => {
  const { place, run, devices, trained } = await trainedRound({ minimumUpdates: 2, minimumDevices: 3 });
  const [one, two, three] = devices;
  await three.upload(trained[2].message);
  await place.coordinator.forOperators.revokeDevice(three.id);
  await expect(three.hand(trained[2].report)).rejects.toThrow(refusal('device-revoked'));
  await expect(three.poll()).rejects.toThrow(refusal('device-revoked'));
  await expect(place.coordinator.forDevices.keyOf(three.id)).rejects.toThrow(refusal('device-revoked'));
  await send(one, trained[0]);
  await send(two, trained[1]);
  await Promise.all([one.work(), two.work()]);
  await until(place.coordinator, run, ({ status }) => status === 'finished');
  expect((await lastRecord(place, run))?.devices[2]?.dropped).toBe('it was revoked');
});

describe('an update that is not what the device was to train', () => {
  test('is refused with the fault, and the round goes on without it until a good one comes', async () => {
    const { place, run, devices, trained } = await trainedRound();
    const [one, two, three] = devices;
    const { message, report } = trained[0];
    const spoiled = message.slice();
    // The last value of the last tensor.
    new DataView(spoiled.buffer).setFloat32(spoiled.byteLength - 4, Number.NaN, true);
    const wrong = [
      { bytes: spoiled, fault: 'NaN' },
      { bytes: message.subarray(0, message.byteLength - 4), fault: 'the update of device' },
      { bytes: new TextEncoder().encode('no message at all'), fault: 'the update of device' },
      { bytes: encodeSafetensors({ tensors: new Map() }), fault: 'the update of device' },
      { bytes: trained[2].message, fault: 'blocks.1' },
    ];
    for (const { bytes, fault } of wrong) {
      const sha256 = await one.upload(bytes);
      await expect(one.hand({ ...report, sha256 })).rejects.toThrow(refusal('update-invalid', fault));
    }
    expect(place.coordinator.figures).toMatchObject({ updatesAccepted: 0, updatesRejected: 5 });
    await send(two, trained[1]);
    await send(three, trained[2]);
    expect(await send(one, trained[0])).toBe('accepted');
    await Promise.all(devices.map((device) => device.work()));
    await until(place.coordinator, run, ({ status }) => status === 'finished');
    expect((await lastRecord(place, run))?.devices.every(({ dropped }) => dropped === undefined)).toBe(true);
  });

  test('may be as long as the longest that the device could send, and no longer', async () => {
    const { devices, trained } = await trainedRound();
    const [one] = devices;
    const { message } = trained[0];
    const header = 1_000_000;
    await one.upload(new Uint8Array(header + message.byteLength - 2000));
    await expect(one.upload(new Uint8Array(header + message.byteLength))).rejects.toThrow(
      refusal('body-too-long'),
    );
    expect(await send(one, trained[0])).toBe('accepted');
  });

  test('that has not been uploaded, or is another than the one accepted, is refused', async () => {
    const { devices, trained } = await trainedRound();
    const [one] = devices;
    const { report } = trained[0];
    await expect(one.hand(report)).rejects.toThrow(refusal('upload-incomplete'));
    await expect(one.hand({ ...report, round: 2 })).rejects.toThrow(refusal('round-not-open'));
    await expect(one.hand({ ...report, attempt: 2 })).rejects.toThrow(refusal('round-not-open'));
    await expect(one.hand({ ...report, run: 'another' })).rejects.toThrow(refusal('run-unknown'));
    await send(one, trained[0]);
    await expect(one.hand({ ...report, sha256: randomSha256() })).rejects.toThrow(
      refusal('conflicting-update'),
    );
    expect(await one.hand(report)).toBe('repeated');
  });
});

test('two runs side by side have devices, rounds and results of their own', async () => {
  const place = await newPlace();
  const first = await trainedRound({ name: 'One' }, place);
  const { id } = await place.coordinator.forOperators.createRun({
    ...devicesEvaluate,
    name: 'One',
    model: 'tiny',
    minimumDevices: 1,
    minimumCohort: 1,
    gatherSeconds: 0,
    local: { steps: 1, batchSize: 2, maxLength: 16 },
  });
  expect([first.run, id]).toEqual(['one', 'one-2']);
  const other = await TestDevice.enrol(place.coordinator, id, 4);
  await other.reportCapacity();
  const assignment = await other.awaitTraining();
  if (assignment === undefined) throw new Error('the run is over too early');
  const trained = await other.train(assignment);
  await other.upload(trained.message);
  await expect(other.hand({ ...trained.report, run: first.run })).rejects.toThrow(refusal('unknown-device'));
  await expect(place.coordinator.forDevices.describeRun(other.id, first.run)).rejects.toThrow(
    refusal('run-unknown'),
  );
  // The refused one is kept by nobody; it is sent again.
  await other.upload(trained.message);
  expect(await other.hand(trained.report)).toBe('accepted');
  await other.work();
  await until(place.coordinator, id, ({ status }) => status === 'finished');
  for (const [index, device] of first.devices.entries()) await send(device, first.trained[index] as Trained);
  await Promise.all(first.devices.map((device) => device.work()));
  await until(place.coordinator, first.run, ({ status }) => status === 'finished');
  const views = place.coordinator.forOperators.listRuns();
  expect(views.map((view) => [view.id, view.devices.enrolled])).toEqual([
    ['one', 3],
    ['one-2', 1],
  ]);
});

test('a run that the operator ends tells its devices, counts nothing more and keeps its adapter', async () => {
  const { place, run, devices, trained } = await trainedRound();
  const [one, two] = devices;
  await send(one, trained[0]);
  await two.upload(trained[1].message);
  const waiting = one.poll();
  expect(await place.coordinator.forOperators.stopRun(run)).toMatchObject({
    status: 'finished',
    about: 'The operator has ended the run.',
  });
  expect(await waiting).toEqual({ kind: 'finished', run, reason: 'The operator has ended the run.' });
  await expect(two.hand(trained[1].report)).rejects.toThrow(refusal('run-finished'));
  const config = await place.coordinator.forOperators.adapterFile(run, 'adapter_config.json');
  expect(JSON.parse(Buffer.from(config).toString())).toMatchObject({ peft_type: 'LORA' });
});

test('a round that nobody scores goes by the figures of a blind guess, and says so in its record', async () => {
  const { place, run, devices, trained } = await trainedRound({ rounds: 2 });
  for (const [index, device] of devices.entries()) await send(device, trained[index] as Trained);
  for (const { id } of devices) await place.coordinator.forDevices.leave(id, run, '');
  const { loss, accuracy } = await until(place.coordinator, run, ({ round }) => round === 2);
  expect([accuracy, loss]).toEqual([0, Math.log(2)]);
  expect((await lastRecord(place, run))?.accuracy).toBe(null);
});

test('the scores of devices are what a round goes by, without the best and the worst', async () => {
  const { place, run, devices, trained } = await trainedRound();
  for (const [index, device] of devices.entries()) await send(device, trained[index] as Trained);
  for (const device of devices) {
    const assignment = await device.poll();
    expect(assignment?.kind).toBe('evaluate');
    if (assignment?.kind !== 'evaluate') continue;
    const offered = await place.coordinator.forDevices.findBlob(device.id, assignment.adapter.sha256);
    expect(offered.bytes).toBe(assignment.adapter.bytes);
    expect(await device.score(assignment)).toEqual({ status: 'accepted' });
  }
  const { accuracy, loss } = await until(place.coordinator, run, ({ status }) => status === 'finished');
  // 6 of 10, 7 of 20, 8 of 30 examples: of three, the best and the worst do not count.
  expect(accuracy).toBeCloseTo(7 / 20, 12);
  expect(loss).toBeCloseTo(0.2, 12);
});
