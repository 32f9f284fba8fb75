import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { KeptStates, TrunkKey } from '../../trunk/kept-states.ts';
import { TrunkCache } from '../../trunk/trunk-cache.ts';
import { DiskUsage } from './disk-usage.ts';
import { type TrunkCacheStatus, TrunkFolder } from './trunk-folder.ts';

const [TOKENS, HIDDEN] = [8, 32];
/** Of one entry in f32: in memory, and at most in a file. */
const [ENTRY_BYTES, FILE_BYTES] = [4 * TOKENS * HIDDEN, 4 * TOKENS * HIDDEN + 400];
const newFolder = () => mkdtemp(join(tmpdir(), 'legend-trunk-'));

const keyOf = (example: number): TrunkKey => ({
  trunk: 'ab'.repeat(32),
  boundary: 2,
  example: String(example).padStart(64, '0'),
  elementType: 'f32',
  dims: [TOKENS, HIDDEN],
});
const statesOf = (example: number) =>
  Float32Array.from({ length: TOKENS * HIDDEN }, (_, index) => Math.sin(1000 * example + index));
const ask = (cache: TrunkCache, example: number): Promise<KeptStates> =>
  cache.get(keyOf(example), async () => statesOf(example));

/** A cache without memory, so that every hit is one of the disk. */
function onDisk(folder: string, bytes = 1e9, usage = new DiskUsage()) {
  const statuses: TrunkCacheStatus[] = [];
  const store = new TrunkFolder({ folder, bytes }, (status) => statuses.push(status), usage);
  return { cache: new TrunkCache({ memoryBytes: 0, store }), store, statuses };
}

async function bytesIn(folder: string): Promise<number> {
  const sizes = (await readdir(folder)).map(async (name) => (await stat(join(folder, name))).size);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

describe('on disk', () => {
  test('another cache, later, reads what was computed, bit for bit', async () => {
    const folder = join(await newFolder(), 'made', 'when', 'needed');
    await ask(onDisk(folder).cache, 1);
    const { cache, statuses } = onDisk(folder);
    expect(await ask(cache, 1)).toEqual(statesOf(1));
    expect(cache.counts).toEqual({ memoryHits: 0, diskHits: 1, misses: 0, damaged: 0 });
    expect(statuses).toEqual([]);
    expect(await readdir(folder)).toEqual([expect.stringMatching(/^[0-9a-f]{64}\.trunk$/)]);
  });

  test('entries that are asked for at the same time are all written', async () => {
    const folder = await newFolder();
    const { cache } = onDisk(folder);
    await Promise.all([1, 2, 3, 4, 5].map((example) => ask(cache, example)));
    expect(await readdir(folder)).toHaveLength(5);
  });

  test('an entry that memory dropped is read again, into memory', async () => {
    const store = new TrunkFolder({ folder: await newFolder(), bytes: 1e9 });
    const cache = new TrunkCache({ memoryBytes: ENTRY_BYTES, store });
    for (const example of [1, 2, 1, 1]) await ask(cache, example);
    expect(cache.counts).toEqual({ memoryHits: 1, diskHits: 1, misses: 2, damaged: 0 });
  });

  test.for([
    [
      'damaged',
      async (path: string) => {
        const file = await readFile(path);
        file.subarray(-9, -5).fill(0);
        await writeFile(path, file);
      },
    ],
    ['truncated', (path: string) => truncate(path, FILE_BYTES / 2)],
    ['empty', (path: string) => truncate(path, 0)],
    ['foreign', (path: string) => writeFile(path, 'shopping list')],
  ] as const)('a %s file is computed again and replaced', async ([, damage]) => {
    const folder = await newFolder();
    await ask(onDisk(folder).cache, 1);
    const [name = ''] = await readdir(folder);
    await damage(join(folder, name));
    const { cache } = onDisk(folder);
    expect(await ask(cache, 1)).toEqual(statesOf(1));
    expect(cache.counts).toEqual({ memoryHits: 0, diskHits: 0, misses: 1, damaged: 1 });
    expect(await ask(cache, 1)).toEqual(statesOf(1));
    expect(cache.counts.diskHits).toBe(1);
  });

  test('another entry’s file under this entry’s name is computed again', async () => {
    const folder = await newFolder();
    const { cache } = onDisk(folder);
    await ask(cache, 1);
    const [first = ''] = await readdir(folder);
    await ask(cache, 2);
    const second = (await readdir(folder)).find((name) => name !== first) ?? '';
    await writeFile(join(folder, first), await readFile(join(folder, second)));
    expect(await ask(cache, 1)).toEqual(statesOf(1));
    expect(cache.counts.damaged).toBe(1);
  });

  test('what cannot be read is computed again; what then cannot be written stops the disk, said once', async () => {
    const folder = await newFolder();
    await ask(onDisk(folder).cache, 1);
    const [name = ''] = await readdir(folder);
    const blocked = await newFolder();
    await mkdir(join(blocked, name, 'full'), { recursive: true });
    const { cache, statuses } = onDisk(blocked);
    expect(await ask(cache, 1)).toEqual(statesOf(1));
    expect(await ask(cache, 2)).toEqual(statesOf(2));
    expect(cache.counts).toMatchObject({ misses: 2, damaged: 1 });
    expect(statuses).toMatchObject([{ kind: 'disk-stopped', reason: 'write-failed', folder: blocked }]);
    expect(await readdir(blocked)).toEqual([name]);
  });

  test('a folder that cannot be made leaves the cache without disk, said once', async () => {
    const file = join(await newFolder(), 'file');
    await writeFile(file, '');
    const { cache, store, statuses } = onDisk(join(file, 'folder'));
    for (const example of [1, 2, 1]) expect(await ask(cache, example)).toEqual(statesOf(example));
    expect(statuses).toMatchObject([{ kind: 'disk-stopped', reason: 'write-failed' }]);
    expect(store.bytes).toBe(0);
    expect(cache.counts.damaged).toBe(0);
  });

  test.skipIf(!canMount())(
    'a full disk: goes on without writing, reads what is there, says it once',
    async () => {
      const folder = await newFolder();
      execFileSync('/bin/mount', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', folder]);
      onTestFinished(() => void execFileSync('/bin/umount', [folder]));
      const { cache, statuses } = onDisk(folder);
      const examples = Array.from({ length: 20 }, (_, index) => index);
      for (const example of examples) expect(await ask(cache, example)).toEqual(statesOf(example));
      expect(statuses).toMatchObject([{ kind: 'disk-stopped', reason: 'disk-full', folder }]);
      const written = await readdir(folder);
      expect(written.length).toBeGreaterThan(0);
      expect(written.every((name) => name.endsWith('.trunk'))).toBe(true);
      for (const example of examples) expect(await ask(cache, example)).toEqual(statesOf(example));
      expect(cache.counts).toMatchObject({ diskHits: written.length, damaged: 0 });
    },
  );
});

describe('the disk’s budget', () => {
  test('is kept by dropping the oldest files', async () => {
    const folder = await newFolder();
    const { cache, store } = onDisk(folder, 5 * FILE_BYTES);
    for (let example = 0; example < 12; example++) {
      await ask(cache, example);
      expect(await bytesIn(folder)).toBeLessThanOrEqual(5 * FILE_BYTES);
      expect(store.bytes).toBe(await bytesIn(folder));
    }
    await ask(cache, 11);
    expect(cache.counts.diskHits).toBe(1);
    await ask(cache, 0);
    expect(cache.counts.misses).toBe(13);
  });

  test('holds for what an earlier run left, and touches no file that is not ours', async () => {
    const folder = await newFolder();
    await writeFile(join(folder, 'thesis.txt'), 'x'.repeat(10 * FILE_BYTES));
    const { cache: earlier } = onDisk(folder);
    for (let example = 0; example < 10; example++) await ask(earlier, example);
    const { cache } = onDisk(folder, 4 * FILE_BYTES);
    await ask(cache, 10);
    const ours = (await readdir(folder)).filter((name) => name !== 'thesis.txt');
    expect(ours.length).toBeGreaterThan(0);
    expect(ours.length).toBeLessThanOrEqual(4);
    expect(await readdir(folder)).toContain('thesis.txt');
  });

  test('counts unfinished files of a killed process, and drops them', async () => {
    const folder = await newFolder();
    const left = join(folder, `${'ab'.repeat(32)}.trunk.123e4567-e89b-12d3-a456-426614174000.tmp`);
    await writeFile(left, 'x'.repeat(3 * FILE_BYTES));
    await utimes(left, new Date(0), new Date(0));
    const { cache } = onDisk(folder, 3 * FILE_BYTES);
    for (let example = 0; example < 2; example++) await ask(cache, example);
    expect(await readdir(folder)).toHaveLength(2);
    expect(await readdir(folder)).not.toContain(left);
  });

  test('smaller than one entry keeps nothing and is no failure', async () => {
    const folder = await newFolder();
    const { cache, statuses } = onDisk(folder, ENTRY_BYTES);
    for (const example of [1, 1]) expect(await ask(cache, example)).toEqual(statesOf(example));
    expect(await readdir(folder)).toEqual([]);
    expect(statuses).toEqual([]);
  });

  test('holds for all caches on the folder together, whatever they do at the same time', async () => {
    const folder = await newFolder();
    const usage = new DiskUsage();
    const caches = Array.from(
      { length: 4 },
      () => onDisk(folder, 20 * FILE_BYTES, new DiskUsage(usage.cells)).cache,
    );
    let most = 0;
    await Promise.all(
      caches.map(async (cache, worker) => {
        for (let example = 0; example < 50; example++) {
          const number = (37 * example + 11 * worker) % 97;
          expect(await ask(cache, number)).toEqual(statesOf(number));
          most = Math.max(most, usage.bytes);
        }
      }),
    );
    expect(most).toBeLessThanOrEqual(20 * FILE_BYTES + 4 * FILE_BYTES);
    expect(await bytesIn(folder)).toBeLessThanOrEqual(20 * FILE_BYTES);
    expect(caches.reduce((sum, { counts }) => sum + counts.diskHits, 0)).toBeGreaterThan(0);
  });
});

/** Only the superuser may make a small disk. */
function canMount(): boolean {
  return process.platform === 'linux' && process.getuid?.() === 0;
}
