import { afterEach, expect, test } from 'vitest';
import {
  driveClock,
  makeRun,
  openPlace,
  type Place,
  TestDevice,
  until,
} from '../testing/coordinator.fixture.ts';

/** What a run does while no round can be planned. */

const open: Place[] = [];
afterEach(async () => {
  for (const { coordinator, store } of open.splice(0)) {
    await coordinator.stop();
    await store.close();
  }
});

const settings = { data: null, classes: ['bad', 'good'], rounds: 1, minimumDevices: 1 };

async function report(device: TestDevice, memoryBytes: number): Promise<void> {
  const capacity = { ...device.capacity, memoryBytes };
  await device.coordinator.forDevices.reportCapacity(device.id, { run: device.run, capacity, examples: 4 });
}

test('a run for which no device is large enough says so, and goes on when one is', async () => {
  const place = await openPlace();
  open.push(place);
  // Batches that a megabyte does not hold; nobody trains one.
  const local = { steps: 1, batchSize: 4096, maxLength: 16 };
  const { run, devices } = await makeRun(place, { ...settings, local }, 1);
  const [small] = devices as [TestDevice];
  await report(small, 1.1e6);
  const waiting = small.poll(60_000);
  const { about } = await until(place.coordinator, run, (view) => view.about.startsWith('finds no plan'));
  expect(about).toContain('finds no plan for the devices that are ready (1)');
  const large = await TestDevice.enrol(place.coordinator, run, 2);
  await report(large, 1e9);
  expect(await large.awaitTraining()).toMatchObject({ round: 1, plan: { id: large.id } });
  const { devices: counts } = await until(place.coordinator, run, ({ phase }) => phase === 'collecting');
  expect(counts).toMatchObject({ enrolled: 2, assigned: 1 });
  await place.coordinator.forOperators.stopRun(run);
  expect((await waiting)?.kind).toBe('finished');
});

test('devices have a moment to turn up in, once enough are there', async () => {
  const pass = driveClock();
  const place = await openPlace();
  open.push(place);
  const { run, devices } = await makeRun(place, { ...settings, gatherSeconds: 60 }, 2);
  const [one, two] = devices as [TestDevice, TestDevice];
  await one.reportCapacity();
  const first = one.awaitTraining();
  await until(place.coordinator, run, ({ about }) => about === 'waits a moment for further devices');
  await two.reportCapacity();
  const second = two.awaitTraining();
  await pass(60);
  await Promise.all([first, second]);
  await Promise.all(devices.map((device) => device.takePart()));
  const [round] = await place.coordinator.forOperators.listRounds(run);
  expect(round?.updated).toBe(2);
});

test('of many devices some are drawn for each round', async () => {
  const place = await openPlace();
  open.push(place);
  const { run, devices } = await makeRun(
    place,
    { ...settings, devicesPerRound: 2, minimumDevices: 4, rounds: 4 },
    4,
  );
  await Promise.all(devices.map((device) => device.takePart()));
  const records = (await place.coordinator.forOperators.roundRecords(run)) as { devices: { id: string }[] }[];
  const drawn = records.map((record) => record.devices.map(({ id }) => id));
  expect(drawn.map((ids) => ids.length)).toEqual([2, 2, 2, 2]);
  expect(new Set(drawn.map(String)).size).toBeGreaterThan(1);
});
