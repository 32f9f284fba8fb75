import { strategyNames } from '@legend-fl/method';
import { afterEach, expect, test } from 'vitest';
import { makeRun, openPlace, type Place, type TestDevice, until } from '../testing/coordinator.fixture.ts';

/** Rounds of every strategy, and of the ways in which adapters travel. */

const open: Place[] = [];
afterEach(async () => {
  for (const { coordinator, store } of open.splice(0)) {
    await coordinator.stop();
    await store.close();
  }
});

/** Plays a run of three devices to its end. @returns how many updates have counted */
async function play(changes: Readonly<Record<string, unknown>>) {
  const place = await openPlace();
  open.push(place);
  const settings = { data: null, classes: ['bad', 'good'], ...changes };
  const { run, devices } = await makeRun(place, settings);
  await Promise.all(devices.map((device) => device.takePart()));
  const { about } = await until(place.coordinator, run, ({ status }) => status === 'finished');
  expect(about).toBe('All rounds are done.');
  return place.coordinator.figures;
}

test.each(strategyNames)('%s', async (strategy) => {
  expect(await play({ strategy, rounds: 2 })).toMatchObject({ updatesAccepted: 6, updatesRejected: 0 });
});

test.each(strategyNames)('%s, beside a device that sends huge values', async (strategy) => {
  const place = await openPlace();
  open.push(place);
  const settings = { data: null, classes: ['bad', 'good'], strategy, rounds: 2, minimumDevices: 4 };
  const { run, devices } = await makeRun(place, { ...settings, minimumCohort: 3 }, 4);
  const [spoiler, ...honest] = devices as [TestDevice, ...TestDevice[]];
  await Promise.all([spoiler.spoil(), ...honest.map((device) => device.takePart())]);
  const { loss, about } = await until(place.coordinator, run, ({ status }) => status === 'finished');
  expect(about).toBe('All rounds are done.');
  expect(loss).toBeLessThan(2);
  const views = place.coordinator.forOperators.listDevices();
  expect(views.map(({ id, updates }) => [id, updates])).toEqual([
    [spoiler.id, 0],
    ...honest.map(({ id }) => [id, 2]),
  ]);
  expect(views[0]?.refused).toBeGreaterThan(0);
});

test.each([
  { codec: 'int8' },
  { codec: 'f16', trunk: { kind: 'global', refreshRounds: 2 } },
  { trunk: 'global', trunkCache: { megabytes: 1 } },
])('legend with %j', async (changes) => {
  expect(await play({ ...changes, rounds: 3 })).toMatchObject({ updatesAccepted: 9, updatesRejected: 0 });
});
