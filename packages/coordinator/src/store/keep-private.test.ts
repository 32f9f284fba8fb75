import { chmod, chown, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keepFilePrivate, keepFolderPrivate } from './keep-private.ts';
import { openStore } from './open-store.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'legend-private-'));
});
afterAll(() => rm(root, { recursive: true }));

const modeOf = async (path: string) => (await stat(path)).mode & 0o777;

async function folderOf(mode: number): Promise<string> {
  const folder = await mkdtemp(join(root, 'folder-'));
  await chmod(folder, mode);
  return folder;
}

describe.runIf(process.platform !== 'win32')('what holds secrets', () => {
  test.each([
    [0o755, 'tightened', 0o700],
    [0o770, 'tightened', 0o700],
    [0o701, 'tightened', 0o700],
    [0o700, 'private', 0o700],
    [0o500, 'private', 0o500],
  ])('a folder of mode %o is %s', async (mode, status, after) => {
    const folder = await folderOf(mode);
    expect(await keepFolderPrivate(folder)).toEqual({ status });
    expect(await modeOf(folder)).toBe(after);
  });

  test('a folder that is for everybody is left to them', async () => {
    const folder = await folderOf(0o1777);
    expect(await keepFolderPrivate(folder)).toMatchObject({
      status: 'open',
      reason: expect.stringMatching(/alone/),
    });
    expect(await modeOf(folder)).toBe(0o777);
    expect((await keepFolderPrivate('/')).status).not.toBe('tightened');
  });

  test.runIf(process.getuid?.() === 0)('a folder of another user is left to them', async () => {
    const folder = await folderOf(0o755);
    await chown(folder, 12_345, 12_345);
    expect(await keepFolderPrivate(folder)).toMatchObject({
      status: 'open',
      reason: expect.stringMatching(/another user/),
    });
    expect(await modeOf(folder)).toBe(0o755);
  });

  test('a store is for its user alone, also one that was not before', async () => {
    const folder = await folderOf(0o755);
    const before = process.umask(0o022);
    try {
      const file = join(folder, 'store.sqlite');
      await (await openStore(file)).close();
      expect(await modeOf(file)).toBe(0o600);
      for (const suffix of ['', '-wal']) {
        await writeFile(`${file}${suffix}`, '', { flag: 'a' });
        await chmod(`${file}${suffix}`, 0o644);
      }
      const store = await openStore(file);
      await store.secrets.replace('name', 'value');
      for (const suffix of ['', '-wal']) expect(await modeOf(`${file}${suffix}`)).toBe(0o600);
      await store.close();
    } finally {
      process.umask(before);
    }
  });

  test('a file that there is none of is private', async () => {
    expect(await keepFilePrivate(join(root, 'nothing'))).toEqual({ status: 'private' });
  });
});
