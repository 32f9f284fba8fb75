import { createHash } from 'node:crypto';
import { mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { BlobCache } from '../blob-cache.ts';
import { baseModelsFolder, folderBlobCache } from './folder-blob-cache.ts';

const content = Uint8Array.from({ length: 1000 }, (_, index) => index);
const sha256 = createHash('sha256').update(content).digest('hex');
let folder: string;
let cache: BlobCache;

beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'legend-blobs-')), 'new');
  cache = folderBlobCache(folder, 'a');
});

async function keep(): Promise<void> {
  const sink = await cache.receive(sha256);
  await sink.append(content.slice(0, 600));
  await sink.append(content.slice(600));
  expect(await sink.hash()).toBe(sha256);
  await sink.keep();
}

describe('a folder of blobs', () => {
  test('gives what it was given', async () => {
    expect(await cache.open(sha256)).toBeUndefined();
    await keep();
    const blob = await folderBlobCache(folder, 'b').open(sha256);
    expect(blob?.byteLength).toBe(1000);
    expect(await blob?.read(0, 1000)).toEqual(content);
    expect(await blob?.read(300, 5)).toEqual(content.slice(300, 305));
    expect(await readdir(folder)).toEqual([sha256]);
  });

  test('goes on with what its owner had begun, and nobody else', async () => {
    const begun = await cache.receive(sha256);
    await begun.append(content.slice(0, 400));
    expect((await folderBlobCache(folder, 'b').receive(sha256)).bytes).toBe(0);
    const again = await folderBlobCache(folder, 'a').receive(sha256);
    expect(again.bytes).toBe(400);
    await again.append(content.slice(400));
    expect(await again.hash()).toBe(sha256);
    await again.clear();
    expect(again.bytes).toBe(0);
    expect(await again.hash()).toBe(createHash('sha256').digest('hex'));
  });

  test('drops a blob that has changed', async () => {
    await keep();
    await writeFile(join(folder, sha256), content.with(500, 0));
    expect(await cache.open(sha256)).toBeUndefined();
    expect(await readdir(folder)).toEqual([]);
  });

  test('has no file outside', async () => {
    await expect(cache.open('../secret')).rejects.toThrow();
    await expect(cache.receive('../secret')).rejects.toThrow();
  });

  test('that cannot be written says so', async () => {
    const file = join(await mkdtemp(join(tmpdir(), 'legend-blobs-')), 'file');
    await writeFile(file, '');
    await expect(folderBlobCache(join(file, 'x'), 'a').receive(sha256)).rejects.toMatchObject({
      name: 'WriteError',
    });
  });

  test('lies where caches do', () => {
    expect(baseModelsFolder({ LEGEND_CACHE: '/c' })).toBe('/c/base-models');
    expect(baseModelsFolder({ XDG_CACHE_HOME: '/x' })).toBe('/x/legend/base-models');
    expect(baseModelsFolder({ HOME: '/home/me' })).toBe('/home/me/.cache/legend/base-models');
  });
});
