import { mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { WriteError, writeFileAtomically } from './index.ts';

const newFolder = () => mkdtemp(join(tmpdir(), 'legend-write-'));

describe('writeFileAtomically', () => {
  test('replaces the file and leaves nothing beside it', async () => {
    const folder = await newFolder();
    const path = join(folder, 'file');
    await writeFileAtomically(path, 'first');
    await writeFileAtomically(path, [Uint8Array.of(115, 101), Uint8Array.of(99)]);
    expect(await readFile(path, 'utf8')).toBe('sec');
    expect(await readdir(folder)).toEqual(['file']);
  });

  test('gives a file the permissions that it is to have', async () => {
    const path = join(await newFolder(), 'file');
    await writeFileAtomically(path, 'secret', { mode: 0o600 });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  test('keeps the old file when the content fails half-way', async () => {
    const folder = await newFolder();
    const path = join(folder, 'file');
    await writeFile(path, 'good');
    function* broken(): Generator<Uint8Array> {
      yield Uint8Array.of(1);
      throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    }
    const failure = await writeFileAtomically(path, broken()).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(WriteError);
    expect(failure).toMatchObject({ code: 'disk-full' });
    expect(await readFile(path, 'utf8')).toBe('good');
    expect(await readdir(folder)).toEqual(['file']);
  });

  test('says which file could not be written', async () => {
    const path = join(await newFolder(), 'missing', 'file');
    await expect(writeFileAtomically(path, 'x')).rejects.toMatchObject({ code: 'write-failed' });
    await expect(writeFileAtomically(path, 'x')).rejects.toThrow(path);
  });
});
