import { strategyNames } from '@legend/method';
import { afterEach, expect, test } from 'vitest';
import { makeRun, openPlace, type Place, until } from './coordinator.fixture.ts';

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

test.each([
  { codec: 'int8' },
  { codec: 'f16', trunk: { kind: 'global', refreshRounds: 2 } },
  { trunk: 'global', trunkCache: { megabytes: 1 } },
])('legend with %j', async (changes) => {
  expect(await play({ ...changes, rounds: 3 })).toMatchObject({ updatesAccepted: 9, updatesRejected: 0 });
});
