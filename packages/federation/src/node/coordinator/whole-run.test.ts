import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeRun, openPlace, until } from './coordinator.fixture.ts';

test('a run of three devices over two rounds ends with an adapter, rounds and summary', async () => {
  const place = await openPlace();
  const { run, devices } = await makeRun(place);
  await Promise.all(devices.map((device) => device.takePart()));
  const view = await until(place.coordinator, run, ({ status }) => status === 'finished');
  expect(view).toMatchObject({ round: 2, about: 'All rounds are done.', devices: { enrolled: 3 } });
  expect(place.coordinator.figures).toMatchObject({
    updatesAccepted: 6,
    updatesRejected: 0,
    roundsFinished: 2,
  });
  await place.coordinator.stop();
  const folder = join(place.dir, 'runs', run);
  const lines = (await readFile(join(folder, 'legend', 'rounds.jsonl'), 'utf8')).trim().split('\n');
  expect(lines.map((line) => JSON.parse(line).round)).toEqual([1, 2]);
  expect(JSON.parse(await readFile(join(folder, 'summary.json'), 'utf8')).strategies).toMatchObject([
    { name: 'legend', rounds: 2 },
  ]);
  expect(JSON.parse(await readFile(join(folder, 'adapter', 'legend.json'), 'utf8')).classes).toEqual([
    'bad',
    'good',
  ]);
  await place.store.close();
});
