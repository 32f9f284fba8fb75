import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readSnapshot } from '../log/stored-snapshot.ts';
import { openStore } from './open-store.ts';
import { describeStoreContract } from './store.contract.ts';
import { deviceOf, eventsOf, runOf, snapshotOf, tokenOf } from './testing/sample-values.ts';

let folder: string;
let files = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'legend-store-'));
});
afterAll(() => rm(folder, { recursive: true }));

const newFile = () => join(folder, `store-${files++}.sqlite`);

describeStoreContract('SQLite', async () => `sqlite:${newFile()}`);

describe('a SQLite file that cannot be a store', () => {
  const refusal = (url: string) => openStore(url).catch((error: unknown) => error);

  test('is of another kind, and is left as it is', async () => {
    const file = newFile();
    await writeFile(file, 'Dear diary, '.repeat(1000));
    expect(await refusal(file)).toMatchObject({
      name: 'InputError',
      code: 'store-not-sqlite',
      problem: { where: file },
    });
    expect(await readFile(file, 'utf8')).toBe('Dear diary, '.repeat(1000));
  });

  test('is of another program', async () => {
    const file = newFile();
    const database = new DatabaseSync(file);
    database.exec('create table photos (id integer)');
    database.close();
    expect(await refusal(file)).toMatchObject({
      name: 'InputError',
      code: 'store-foreign',
      message: `${file}: expected an empty database or a store of Legend, got other tables: photos. Name another file or database.`,
    });
  });

  test('is of a newer version', async () => {
    const file = newFile();
    await (await openStore(file)).close();
    const database = new DatabaseSync(file);
    database.exec('update store set version = 1000');
    database.close();
    expect(await refusal(file)).toMatchObject({
      name: 'InputError',
      code: 'store-version',
      problem: { got: 'version 1000, of a newer Legend' },
    });
  });

  test('is a folder, or in a folder that there is none of', async () => {
    const inside = join(folder, 'inside');
    await mkdir(inside);
    for (const path of [inside, join(folder, 'no-folder', 'store.sqlite')]) {
      expect(await refusal(path)).toMatchObject({ name: 'InputError', code: 'store-unreachable' });
    }
  });

  test('and is not held once it was refused', async () => {
    const file = newFile();
    await writeFile(file, 'Dear diary, '.repeat(1000));
    await refusal(file);
    await rm(file);
    await (await openStore(file)).close();
  });
});

test('an address may begin with sqlite://', async () => {
  const file = newFile();
  const store = await openStore(`sqlite://${file}`);
  await store.runs.create(runOf('run'));
  await store.close();
  expect(await readdir(folder)).toContain(file.slice(folder.length + 1));
});

test('a file of the first version is brought up to date, with all that it holds', async () => {
  const file = newFile();
  await copyFile(new URL('../../../../testdata/stores/version-1.sqlite', import.meta.url), file);
  for (let opening = 1; opening <= 2; opening++) {
    const store = await openStore(file);
    expect(await store.runs.list()).toEqual([{ ...runOf('run'), failure: null }]);
    const { snapshot, events } = await store.runs.loadProgress('run');
    if (snapshot === null) throw new Error('The snapshot is gone.');
    // The store hands out what was stored; `readSnapshot` brings it up to date.
    expect(readSnapshot(snapshot, 'run')).toEqual(snapshotOf(2));
    expect(events).toEqual(eventsOf(3, 3));
    expect(await store.runs.listRounds('run')).toEqual([
      { round: 1, finishedAt: 5000, record: { accuracy: 0.5 } },
    ]);
    expect(await store.runs.listLog(10)).toMatchObject([{ device: 'device-1', text: 'Has joined.' }]);
    const kept = { revoked: false, devices: 1, held: false };
    expect(await store.tokens.list()).toEqual([
      { ...tokenOf('used', 'run', { usesLeft: 0 }), ...kept },
      { ...tokenOf('many', 'run', { expiresAt: 9000 }), ...kept },
    ]);
    const enrolled = { run: 'run', quarantined: false, token: null };
    expect(await store.devices.list()).toEqual([
      { ...deviceOf(1), ...enrolled, place: 1, enrolledAt: 7000, revoked: false },
      { ...deviceOf(2), ...enrolled, place: 2, enrolledAt: 7001, revoked: true },
    ]);
    expect(await store.secrets.get('session-key')).toBe('secret');
    await store.close();
  }
  const store = await openStore(file);
  // Whose token is not known is revoked all the same; it holds none.
  expect(await store.devices.revoke('device-1', 7500)).toBe(true);
  const entry = { tokenHash: 'hash of many', at: 7600, addressHash: 'here' };
  expect(await store.devices.enrol(deviceOf(3), entry)).toMatchObject({ place: 3, token: 'many' });
  await store.close();
});
