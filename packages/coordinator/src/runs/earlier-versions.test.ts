import { cp } from 'node:fs/promises';
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
