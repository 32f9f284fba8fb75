import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStore } from './open-store.ts';
import { describeStoreContract } from './store.contract.ts';
import { runOf } from './testing/sample-values.ts';

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
