import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { backupStore } from './backup-store.ts';
import { openStore } from './open-store.ts';
import { eventOf, eventsOf, runOf } from './testing/sample-values.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'legend-backup-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('a backup is the store at one moment while it is written to', async () => {
  const [file, copy] = [join(folder, 'store.sqlite'), join(folder, 'copy.sqlite')];
  const store = await openStore(file);
  await store.runs.create(runOf('run'));
  await store.runs.appendEvents('run', eventsOf(1, 3000));
  let last = 3000;
  let copying = true;
  const backup = backupStore(file, copy).finally(() => {
    copying = false;
  });
  while (copying) await store.runs.appendEvents('run', [eventOf(++last)]);
  await backup;
  const copied = await openStore(copy);
  const { events } = await copied.runs.loadProgress('run');
  expect(events.length).toBeGreaterThanOrEqual(3000);
  expect(events.length).toBeLessThanOrEqual(last);
  expect(events).toEqual(eventsOf(1, events.length));
  await copied.close();
  await store.close();
});

test('a backup can be made of a store that nobody uses', async () => {
  const [file, copy] = [join(folder, 'idle.sqlite'), join(folder, 'idle-copy.sqlite')];
  const store = await openStore(file);
  await store.runs.create(runOf('run'));
  await store.close();
  await backupStore(`sqlite:${file}`, copy);
  const copied = await openStore(copy);
  expect(await copied.runs.list()).toHaveLength(1);
  await copied.close();
});

test.runIf(process.platform !== 'win32')('no other user can read a store or its backup', async () => {
  const [file, copy] = [join(folder, 'secret.sqlite'), join(folder, 'secret-copy.sqlite')];
  const store = await openStore(file);
  await store.secrets.replace('key', 'value');
  await backupStore(file, copy);
  for (const path of [file, `${file}-wal`, copy]) expect((await stat(path)).mode & 0o077).toBe(0);
  await store.close();
});

test('a backup is refused where it would replace a file, or nothing can be copied', async () => {
  const taken = join(folder, 'taken');
  await writeFile(taken, 'precious');
  await expect(backupStore(join(folder, 'store.sqlite'), taken)).rejects.toMatchObject({
    code: 'backup-exists',
  });
  expect(await readFile(taken, 'utf8')).toBe('precious');
  await expect(backupStore('postgres://me:s3cret@host/db', join(folder, 'new'))).rejects.toMatchObject({
    code: 'backup-unsupported',
    message: expect.not.stringContaining('s3cret'),
  });
  await expect(backupStore(join(folder, 'none.sqlite'), join(folder, 'new'))).rejects.toMatchObject({
    code: 'store-unreachable',
  });
  await expect(backupStore(taken, join(folder, 'new'))).rejects.toMatchObject({ code: 'store-not-sqlite' });
  expect(await readdir(folder)).not.toContainEqual(expect.stringMatching(/^new/));
});
