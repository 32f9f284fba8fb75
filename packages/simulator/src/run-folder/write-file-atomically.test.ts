import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeFileAtomically } from './write-file-atomically.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'legend-write-'));
  path = join(folder, 'summary.json');
});
afterEach(() => rm(folder, { recursive: true }));

test('the file is replaced and nothing else is left', async () => {
  await writeFile(path, 'old');
  await writeFile(`${path}.tmp`, 'left by a crash, and longer than what comes');
  await writeFileAtomically(path, 'new');
  expect(await readFile(path, 'utf8')).toBe('new');
  expect(await readdir(folder)).toEqual(['summary.json']);
});

test('a full disk leaves the file that was there', async () => {
  await writeFile(path, 'old');
  await symlink('/dev/full', `${path}.tmp`);
  await expect(writeFileAtomically(path, 'new')).rejects.toMatchObject({ code: 'disk-full' });
  expect(await readFile(path, 'utf8')).toBe('old');
  expect(await readdir(folder)).toEqual(['summary.json']);
});

test('a missing folder is a failed write', async () => {
  await expect(writeFileAtomically(join(folder, 'none', 'file'), 'text')).rejects.toMatchObject({
    code: 'write-failed',
  });
});
