import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { BlobFolder } from './blobs.ts';

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');
const bytesOf = (text: string) => new TextEncoder().encode(text);

let root: string;
let folder: string;
let blobs: BlobFolder;
let folders = 0;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'legend-blobs-'));
});
afterAll(() => rm(root, { recursive: true }));
beforeEach(() => {
  folder = join(root, String(folders++), 'blobs');
  blobs = new BlobFolder(folder);
});

describe('a blob folder', () => {
  test('keeps contents under their hashes', async () => {
    const sha256 = await blobs.put(bytesOf('one'));
    expect(sha256).toBe(hashOf('one'));
    expect(blobs.pathOf(sha256)).toBe(join(folder, sha256.slice(0, 2), sha256));
    expect(await readFile(blobs.pathOf(sha256), 'utf8')).toBe('one');
    expect(await blobs.has(sha256)).toBe(true);
    expect(await blobs.sizeOf(sha256)).toBe(3);
    expect(new TextDecoder().decode(await blobs.read(sha256))).toBe('one');
    expect(await readdir(dirname(blobs.pathOf(sha256)))).toEqual([sha256]);
  });

  test('keeps the same content once, whoever puts it', async () => {
    const hashes = await Promise.all([1, 2, 3].map(() => blobs.put(bytesOf('same'))));
    const file = join(root, 'same');
    await writeFile(file, 'same');
    await blobs.putFile(file, hashOf('same'));
    expect(new Set(hashes)).toEqual(new Set([hashOf('same')]));
    expect(await blobs.listAll()).toEqual([hashOf('same')]);
    await expect(stat(file)).rejects.toThrow('ENOENT');
  });

  test('moves a file in if its content is what it is said to be', async () => {
    const file = join(root, 'file');
    await writeFile(file, 'content');
    await expect(blobs.putFile(file, hashOf('other'))).rejects.toThrow(`got ${hashOf('content')}`);
    expect(await blobs.listAll()).toEqual([]);
    await blobs.putFile(file, hashOf('content'));
    expect(await readFile(blobs.pathOf(hashOf('content')), 'utf8')).toBe('content');
    await expect(stat(file)).rejects.toThrow('ENOENT');
  });

  test('has nothing before anything is put', async () => {
    expect(await blobs.has(hashOf('nothing'))).toBe(false);
    expect(await blobs.renew(hashOf('nothing'))).toBe(false);
    expect(await blobs.listAll()).toEqual([]);
    expect(await blobs.collectGarbage(new Set())).toBe(0);
    await blobs.delete(hashOf('nothing'));
    await expect(blobs.read(hashOf('nothing'))).rejects.toMatchObject({
      name: 'InputError',
      code: 'blob-missing',
    });
  });

  test('notices a file that is damaged', async () => {
    const sha256 = await blobs.put(bytesOf('precious'));
    await writeFile(blobs.pathOf(sha256), 'precioux');
    await expect(blobs.read(sha256)).rejects.toMatchObject({ name: 'InputError', code: 'blob-damaged' });
  });

  test('reads into memory that is longer, and says where there is nothing', async () => {
    const sha256 = await blobs.put(bytesOf('precious'));
    const memory = new Uint8Array(20).fill(7);
    const read = await blobs.readInto(sha256, memory);
    expect([read.buffer === memory.buffer, Buffer.from(read).toString()]).toEqual([true, 'precious']);
    await expect(blobs.readInto(hashOf('nothing'), memory)).rejects.toMatchObject({ code: 'blob-missing' });
  });

  test('makes no path of what is no hash', async () => {
    for (const name of [
      '',
      '../../etc/passwd',
      `${'a'.repeat(63)}/`,
      'A'.repeat(64),
      `${'a'.repeat(64)}\n`,
    ]) {
      expect(() => blobs.pathOf(name)).toThrow(
        expect.objectContaining({ name: 'Refusal', code: 'request-invalid' }),
      );
      await expect(blobs.read(name)).rejects.toMatchObject({ code: 'request-invalid' });
      await expect(blobs.delete(name)).rejects.toMatchObject({ code: 'request-invalid' });
    }
  });

  test('tells what cannot be written, and leaves nothing of it', async () => {
    await mkdir(dirname(folder), { recursive: true });
    await writeFile(folder, 'a file where the folder should be');
    await expect(blobs.put(bytesOf('one'))).rejects.toMatchObject({
      name: 'WriteError',
      code: 'write-failed',
    });
    const file = join(root, 'kept');
    await writeFile(file, 'kept');
    await expect(blobs.putFile(file, hashOf('kept'))).rejects.toMatchObject({ name: 'WriteError' });
    expect(await readFile(file, 'utf8')).toBe('kept');
  });
});

describe('garbage', () => {
  test('is what nobody needs', async () => {
    const [one, two, three] = [
      await blobs.put(bytesOf('1')),
      await blobs.put(bytesOf('2')),
      await blobs.put(bytesOf('3')),
    ];
    await blobs.delete(three);
    expect(await blobs.collectGarbage(new Set([two, hashOf('elsewhere')]))).toBe(1);
    expect(await blobs.listAll()).toEqual([two]);
    expect(await blobs.has(one)).toBe(false);
  });

  test('is not what was put, or put again, a moment ago', async () => {
    const [old, again, young] = ['old', 'again', 'young'].map(hashOf) as [string, string, string];
    for (const text of ['old', 'again', 'young']) await blobs.put(bytesOf(text));
    for (const sha256 of [old, again]) await utimes(blobs.pathOf(sha256), 1000, 1000);
    await blobs.put(bytesOf('again'));
    expect(await blobs.collectGarbage(new Set(), 2_000_000)).toBe(1);
    expect(await blobs.listAll()).toEqual([again, young].sort());
  });

  test('is what a process that was killed has left half-written', async () => {
    const sha256 = await blobs.put(bytesOf('whole'));
    const [left, fresh] = ['left', 'fresh'].map((name) => `${blobs.pathOf(sha256)}.${name}.tmp`) as [
      string,
      string,
    ];
    for (const path of [left, fresh]) await writeFile(path, 'who');
    await utimes(left, 1000, 1000);
    expect(await blobs.listAll()).toEqual([sha256]);
    expect(await blobs.collectGarbage(new Set([sha256]))).toBe(1);
    expect((await readdir(dirname(left))).sort()).toEqual(
      [sha256, fresh.slice(dirname(fresh).length + 1)].sort(),
    );
  });
});
