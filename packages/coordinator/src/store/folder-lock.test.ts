import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { lockFolder } from './folder-lock.ts';

const program = fileURLToPath(new URL('./testing/hold-folder.program.ts', import.meta.url));

let root: string;
let folder: string;
let folders = 0;
let children: ChildProcess[] = [];
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'legend-lock-'));
});
afterAll(() => rm(root, { recursive: true }));
beforeEach(() => {
  folder = join(root, String(folders++), 'data');
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  children = [];
});

/** Starts a process that locks the folder; resolves when it has, or with what it says where it cannot. */
async function startHolder(): Promise<{ child: ChildProcess; said: string }> {
  const child = spawn(process.execPath, [program, folder], { stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  let said = '';
  for (const output of [child.stdout, child.stderr]) {
    output.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  }
  await Promise.race([once(child.stdout, 'data'), once(child, 'close')]);
  return { child, said };
}

const inUse = { name: 'InputError', code: 'folder-in-use' };

test('a folder is made, locked by one at a time, and free again', async () => {
  const lock = await lockFolder(folder);
  await expect(lockFolder(folder)).rejects.toMatchObject({
    ...inUse,
    problem: { where: folder, got: `one that does: process ${process.pid}` },
  });
  lock.release();
  lock.release();
  (await lockFolder(folder)).release();
});

test('a folder that this process has locked is refused to another', async () => {
  const lock = await lockFolder(folder);
  expect((await startHolder()).said).toContain('folder-in-use');
  lock.release();
  expect((await startHolder()).said).toBe('locked\n');
});

test('a folder is free when the process that had it was killed', async () => {
  for (const _ of [1, 2]) {
    const { child, said } = await startHolder();
    expect(said).toBe('locked\n');
    const refusal: unknown = await lockFolder(folder).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ ...inUse, problem: { got: `one that does: process ${child.pid}` } });
    child.kill('SIGKILL');
    await once(child, 'exit');
    (await lockFolder(folder)).release();
  }
});

test('of processes that start at once exactly one gets the folder', async () => {
  const said = (await Promise.all([1, 2, 3, 4].map(startHolder))).map(({ said }) => said);
  expect(said.filter((text) => text === 'locked\n')).toHaveLength(1);
  expect(said.filter((text) => text.includes('folder-in-use'))).toHaveLength(3);
});

test('a folder is the same by another name', async () => {
  const lock = await lockFolder(folder);
  const alias = join(root, 'alias');
  await symlink(folder, alias);
  await expect(lockFolder(alias)).rejects.toMatchObject(inUse);
  lock.release();
});

test('what is no folder is refused', async () => {
  const file = join(root, 'file');
  await writeFile(file, 'precious');
  for (const path of [file, join(file, 'below')]) {
    await expect(lockFolder(path)).rejects.toMatchObject({ name: 'InputError', code: 'folder-unusable' });
  }
});
