import { readdir, readFile, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hashFile, rememberSha256 } from './hash-file.ts';
import { makeFolder } from './testing/make-folder.ts';
import { sha256 } from './testing/start-hub.ts';

test('known digests of "hello" and a newline', async () => {
  const file = join(await makeFolder({ x: 'hello\n' }), 'x');
  expect(await hashFile(file, 'sha256')).toBe(
    '5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03',
  );
  // git hash-object
  expect(await hashFile(file, 'git-blob')).toBe('ce013625030ba8dba906f756967f9e9ca394464a');
});

test('a file is not read again while size, time and inode stay', async () => {
  const folder = await makeFolder({ x: 'first' });
  const [file, cache] = [join(folder, 'x'), join(folder, 'cache')];
  const first = await rememberSha256(file, cache);
  const { atime, mtime } = await stat(file);
  await utimes(file, atime, mtime); // to milliseconds, so that the same time can be set again
  await rememberSha256(file, cache);
  await writeFile(file, 'other');
  await utimes(file, atime, mtime);
  expect(await rememberSha256(file, cache)).toBe(first);
});

test('a changed file and a damaged record are noticed; links share the record of their target', async () => {
  const folder = await makeFolder({ x: 'first' });
  const [file, cache, link] = [join(folder, 'x'), join(folder, 'cache'), join(folder, 'link')];
  await symlink(file, link);
  await rememberSha256(file, cache);
  await rememberSha256(link, cache);
  const records = await readdir(join(cache, 'hashes'));
  expect(records).toHaveLength(1);
  await writeFile(file, 'second');
  expect(await rememberSha256(link, cache)).toBe(sha256(Buffer.from('second')));
  const record = join(cache, 'hashes', records[0] ?? '');
  await writeFile(record, (await readFile(record)).subarray(0, 20));
  expect(await rememberSha256(file, cache)).toBe(sha256(Buffer.from('second')));
});
