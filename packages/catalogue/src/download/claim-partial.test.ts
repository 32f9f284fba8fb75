import { spawnSync } from 'node:child_process';
import { readdir, readFile, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeFolder } from '../testing/make-folder.ts';
import { claimPartial, releasePartial } from './claim-partial.ts';

const uuid = '00000000-0000-4000-8000-000000000000';

test('with nothing there, each claim is a new file beside the wanted one', async () => {
  const file = join(await makeFolder(), 'x.bin');
  const [first, second] = [await claimPartial(file), await claimPartial(file)];
  expect(first).not.toBe(second);
  expect(first.startsWith(`${file}.`)).toBe(true);
});

test('of two that claim a released file, only one gets it', async () => {
  const folder = await makeFolder({ 'x.bin.partial': 'half', 'other.bin.partial': 'not mine' });
  const claims = await Promise.all([
    claimPartial(join(folder, 'x.bin')),
    claimPartial(join(folder, 'x.bin')),
  ]);
  const got = await Promise.all(claims.map((claim) => readFile(claim, 'utf8').catch(() => 'nothing')));
  expect(got.sort()).toEqual(['half', 'nothing']);
  expect(await readdir(folder)).toContain('other.bin.partial');
});

test('what was released can be claimed again', async () => {
  const folder = await makeFolder({ 'x.bin.partial': 'half' });
  const file = join(folder, 'x.bin');
  await releasePartial(await claimPartial(file), file);
  expect(await readdir(folder)).toEqual(['x.bin.partial']);
});

test('the file of a process that has ended is free at once', async () => {
  const { pid } = spawnSync(process.execPath, ['--version']);
  const folder = await makeFolder({ [`x.bin.${hostname()}-${pid}-${uuid}.partial`]: 'half' });
  expect(await readFile(await claimPartial(join(folder, 'x.bin')), 'utf8')).toBe('half');
});

test.each([
  ['a process that runs', `${hostname()}-${process.pid}`],
  ['another machine', 'elsewhere-1'],
])('the file of %s is free only after a minute of silence', async (_, owner) => {
  const name = `x.bin.${owner}-${uuid}.partial`;
  const folder = await makeFolder({ [name]: 'half' });
  const file = join(folder, 'x.bin');
  await claimPartial(file);
  expect(await readdir(folder)).toEqual([name]);
  const twoMinutesAgo = new Date(Date.now() - 120_000);
  await utimes(join(folder, name), twoMinutesAgo, twoMinutesAgo);
  expect(await readFile(await claimPartial(file), 'utf8')).toBe('half');
});
