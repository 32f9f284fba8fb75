import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { writeFileAtomically } from '@legend-fl/base/node';
import { z } from 'zod';

/** A file's sha256, or its name as a Git blob: sha1 of `blob <size>\0` and the bytes. */
export interface Digest {
  readonly algorithm: 'sha256' | 'git-blob';
  readonly hex: string;
}

/** Hashes a file's bytes; hexadecimal. */
export async function hashFile(path: string, algorithm: Digest['algorithm']): Promise<string> {
  const hash = createHash(algorithm === 'sha256' ? 'sha256' : 'sha1');
  if (algorithm === 'git-blob') hash.update(`blob ${(await stat(path)).size}\0`);
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}

/** A remembered sha256, valid while the file's stamp (size, modification time, inode) stays the same. */
const rememberedHash = z.object({ path: z.string(), stamp: z.string(), sha256: z.string() });

/**
 * The sha256 of a file, computed once and remembered in `cacheFolder` for as long as the file's size,
 * modification time and inode stay the same.
 */
export async function rememberSha256(file: string, cacheFolder: string): Promise<string> {
  const path = await realpath(file);
  const { size, mtimeNs, ino } = await stat(path, { bigint: true });
  const stamp = `${size} ${mtimeNs} ${ino}`;
  const folder = join(cacheFolder, 'hashes');
  const record = join(folder, `${createHash('sha256').update(path).digest('hex')}.json`);
  const known = await readRecord(record);
  if (known?.path === path && known.stamp === stamp) return known.sha256;
  const sha256 = await hashFile(path, 'sha256');
  try {
    await mkdir(folder, { recursive: true });
    await writeFileAtomically(record, JSON.stringify({ path, stamp, sha256 }));
  } catch (error) {
    if (!isNotWritable(error)) throw error; // a local model works without a cache; it is only hashed each time
  }
  return sha256;
}

function isNotWritable(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    ['EACCES', 'ENOTDIR', 'EPERM', 'EROFS'].includes(String(error.code))
  );
}

async function readRecord(record: string): Promise<z.infer<typeof rememberedHash> | undefined> {
  const text = await readFile(record, 'utf8').catch(() => '');
  try {
    return rememberedHash.parse(JSON.parse(text));
  } catch {
    return undefined; // absent or damaged: the file is hashed again
  }
}
