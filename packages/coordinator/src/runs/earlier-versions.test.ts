import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { bounds } from '@legend-fl/protocol';
import { afterEach, expect, test } from 'vitest';
import { newDir, openPlace, type Place, TestDevice, until } from '../testing/coordinator.fixture.ts';

/** Folders that earlier versions have left, see `testdata/coordinators/make.ts`. */

const bricked = fileURLToPath(new URL('../../../../testdata/coordinators/bricked', import.meta.url));

const open: Place[] = [];
afterEach(async () => {
  for (const { coordinator, store } of open.splice(0)) {
    await coordinator.stop();
    await store.close();
  }
});

test('a log that could never be opened again goes on, with its figures within their bounds', async () => {
  const dir = await newDir();
  await cp(bricked, dir, { recursive: true });
  const place = await openPlace({ dir });
  open.push(place);
  const { coordinator } = place;
  const run = 'tiny-run';
  const view = await until(coordinator, run, ({ about }) => about.startsWith('waits for devices'));
  expect(view).toMatchObject({ status: 'waiting', round: 3 });
  expect(view.bytesDown).toBeLessThanOrEqual(2 * bounds.bytes);
  const rounds = await coordinator.forOperators.listRounds(run);
  expect(rounds.map(({ round, updated }) => [round, updated])).toEqual([
    [1, 2],
    [2, 2],
  ]);
  const devices = await Promise.all([1, 2].map((number) => TestDevice.enrol(coordinator, run, number)));
  await Promise.all(devices.map((device) => device.takePart()));
  const end = await until(coordinator, run, ({ status }) => status === 'finished');
  expect(end).toMatchObject({ about: 'All rounds are done.', devices: { enrolled: 2 } });
});

/** A coordinator on the folder, with these keys added to the settings of its run. */
async function openWithSettings(added: Readonly<Record<string, unknown>>): Promise<Place> {
  const dir = await newDir();
  await cp(bricked, dir, { recursive: true });
  const database = new DatabaseSync(join(dir, 'coordinator.sqlite'));
  for (const [key, value] of Object.entries(added)) {
    database
      .prepare('update runs set settings = json_set(settings, ?, json(?))')
      .run(`$.settings.${key}`, JSON.stringify(value));
  }
  database.close();
  const place = await openPlace({ dir });
  open.push(place);
  return place;
}

test('a run goes on whose settings switch off options that were removed since', async () => {
  const off = { importance: 'learned', trafficPrice: 0, serverMomentum: 0 };
  const { coordinator } = await openWithSettings(off);
  const view = await until(coordinator, 'tiny-run', ({ about }) => about.startsWith('waits for devices'));
  expect(view).toMatchObject({ status: 'waiting', round: 3 });
});

test('a run that depends on a removed option is set aside, and says so', async () => {
  const { coordinator } = await openWithSettings({ serverMomentum: 0.3 });
  const [view] = coordinator.forOperators.listRuns();
  expect(view).toMatchObject({
    status: 'failed',
    about: expect.stringContaining('expected no serverMomentum, an option that was removed'),
  });
});
