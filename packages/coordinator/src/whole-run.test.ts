import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { folderFiles } from '@legend-fl/adapter/node';
import { readAdapterNotes, readPeftAdapter } from '@legend-fl/lora/node';
import { openModel } from '@legend-fl/models';
import type { LiveEvent } from '@legend-fl/protocol';
import type { RoundRecord } from '@legend-fl/runs';
import { expect, test } from 'vitest';
import { BlobFolder } from './store/blobs.ts';
import {
  makeRun,
  openPlace,
  type TestDevice,
  tinyModel,
  until,
  withHugeValues,
} from './testing/coordinator.fixture.ts';

test('a run of three devices ends with an adapter, rounds, a summary and no blobs that nobody needs', async () => {
  const place = await openPlace();
  const heard: LiveEvent[] = [];
  const { run, devices } = await makeRun(place);
  place.coordinator.forOperators.subscribe((event) => heard.push(event));
  await Promise.all(devices.map((device) => device.takePart()));
  const view = await until(place.coordinator, run, ({ status }) => status === 'finished');
  expect(view).toMatchObject({ round: 2, about: 'All rounds are done.', devices: { enrolled: 3 } });
  expect(place.coordinator.figures).toMatchObject({
    updatesAccepted: 6,
    updatesRejected: 0,
    roundsFinished: 2,
    runsUnderWay: 0,
  });
  await place.coordinator.checkHealth();
  await until(place.coordinator, run, () =>
    heard.some((event) => event.type === 'rounds' && event.rounds.length > 0),
  );
  await place.coordinator.stop();

  const folder = join(place.dir, 'runs', run);
  const lines = (await readFile(join(folder, 'legend', 'rounds.jsonl'), 'utf8')).trim().split('\n');
  const records = lines.map((line) => JSON.parse(line));
  expect(records.map(({ round }) => round)).toEqual([1, 2]);
  expect(records[1]).toMatchObject({
    attempt: 1,
    devices: [1, 2, 3].map((number) => ({
      kind: 'node',
      examples: 8 + 4 * number,
      downloadSeconds: 0.1,
      forwardSeconds: 0.2,
      backwardSeconds: 0.3,
      uploadSeconds: 0.4,
      capacity: { forwardSecondsPerBlock: 0.01 * number },
    })),
  });
  const summary = JSON.parse(await readFile(join(folder, 'summary.json'), 'utf8'));
  expect(summary.strategies).toMatchObject([
    {
      name: 'legend',
      rounds: 2,
      finalAccuracy: view.accuracy,
      bytesUp: view.bytesUp,
      bytesDown: view.bytesDown,
    },
  ]);
  expect(summary.enrolled).toHaveLength(3);
  expect(summary.enrolled[0]).toMatchObject({ name: expect.any(String), runtime: 'node' });
  expect(summary.data).toMatchObject({ train: 12 + 16 + 20, test: 24, classNames: ['bad', 'good'] });

  const { architecture } = await openModel(folderFiles(tinyModel.folder), { classes: 2, seed: 7 });
  const adapter = await readPeftAdapter(join(folder, 'adapter'), architecture);
  expect(adapter.blocks.map((block) => block.size)).toEqual([2, 2, 2]);
  expect(await readAdapterNotes(join(folder, 'adapter'))).toMatchObject({
    classes: ['bad', 'good'],
    maxLength: 16,
    model: { id: 'tiny', sha256: tinyModel.sha256 },
  });

  // The present global state and the one before.
  expect(await new BlobFolder(join(place.dir, 'blobs')).listAll()).toHaveLength(2);
  await place.store.close();
});

test('a run ends with the round that reaches its target', async () => {
  const place = await openPlace();
  const { run, devices } = await makeRun(place, { rounds: 5, targetAccuracy: 0.01 });
  await Promise.all(devices.map((device) => device.takePart()));
  const view = await until(place.coordinator, run, ({ status }) => status === 'finished');
  expect(view).toMatchObject({ round: 1, about: 'The target accuracy is reached.' });
  await place.coordinator.stop();
  await place.store.close();
});

test('a round whose result is no number is not kept, and is tried again', async () => {
  const log: string[] = [];
  const place = await openPlace({ log: ({ text }) => log.push(text) });
  const { run, devices } = await makeRun(place, { minimumDevices: 1, rounds: 1 }, 1);
  const [device] = devices;
  await device?.reportCapacity();
  const assignment = await device?.awaitTraining();
  if (device === undefined || assignment === undefined) throw new Error('no assignment');
  const { report, message } = await device.train(assignment);
  // Alone it is within every bound, as there is nothing to compare it with.
  const sha256 = await device.upload(withHugeValues(message));
  await device.hand({ ...report, sha256 });
  const again = await device.awaitTraining();
  expect(again).toMatchObject({ round: 1, attempt: 2, adapter: assignment.adapter, lastCounted: null });
  // The same batches would come out the same.
  expect(again?.seed).not.toBe(assignment.seed);
  expect(log.filter((text) => text.includes('is not kept'))).toEqual([
    expect.stringMatching(/^Round 1 is not kept and is tried again: it ends with a loss that is no number/),
  ]);
  await device.takePart();
  await until(place.coordinator, run, ({ status }) => status === 'finished');
  expect(await place.coordinator.forOperators.roundRecords(run)).toMatchObject([{ round: 1, attempt: 2 }]);
  await place.coordinator.stop();
  await place.store.close();
});

test('where nothing bounds updates, one that spoils every round is left out sooner or later', async () => {
  const place = await openPlace();
  const { run, devices } = await makeRun(
    place,
    { minimumDevices: 1, gatherSeconds: 1, rounds: 1, bounds: null, seed: 3 },
    4,
  );
  const [spoiler, ...honest] = devices as [TestDevice, ...TestDevice[]];
  // However slow the others are, no round is planned without it.
  await spoiler.reportCapacity();
  const spoiling = spoiler.spoil();
  await Promise.all([spoiling, ...honest.map((device) => device.takePart())]);
  const [record] = (await place.coordinator.forOperators.roundRecords(run)) as readonly RoundRecord[];
  expect(record?.attempt).toBeGreaterThan(1);
  expect(record?.devices.map(({ id }) => id)).not.toContain(spoiler.id);
  await place.coordinator.stop();
  await place.store.close();
});

test('tokens let in as many devices as they may, and say why they let in no more', async () => {
  const place = await openPlace();
  const { forDevices, forOperators } = place.coordinator;
  const { run } = await makeRun(place, {}, 0);
  const enrol = (token: string, x: string) =>
    forDevices.enrol({
      token,
      publicKey: { kty: 'OKP', crv: 'Ed25519', x: x.padEnd(43, 'x') },
      name: x,
      runtime: { kind: 'browser', about: 'test' },
    });
  const { token, id } = await forOperators.createToken({ run, label: 'one', uses: 1, seconds: null });
  const first = await enrol(token, 'a');
  expect(await enrol(token, 'a')).toEqual(first);
  await expect(enrol(token, 'b')).rejects.toMatchObject({ code: 'token-used' });
  await expect(enrol('lj_unknown', 'b')).rejects.toMatchObject({ code: 'token-invalid' });
  expect(await forOperators.listTokens()).toMatchObject([{ id, usesLeft: 0, devices: 1, revoked: false }]);
  const many = await forOperators.createToken({ run, label: 'many', uses: null, seconds: 60 });
  await enrol(many.token, 'b');
  await forOperators.revokeToken(many.id);
  await expect(enrol(many.token, 'c')).rejects.toMatchObject({ code: 'token-revoked' });
  await expect(forOperators.revokeToken('t-none')).rejects.toMatchObject({ code: 'not-found' });
  expect(forOperators.listDevices().map(({ name, status }) => [name, status])).toEqual([
    ['a', 'away'],
    ['b', 'away'],
  ]);
  await expect(forDevices.keyOf('d-none')).rejects.toMatchObject({ code: 'device-unknown' });
  await place.coordinator.stop();
  await expect(enrol(many.token, 'd')).rejects.toMatchObject({ code: 'shutting-down' });
  await place.store.close();
});
