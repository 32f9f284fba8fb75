import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { InputError } from '@legend-fl/base';
import { WriteError, writeFileAtomically } from '@legend-fl/base/node';
import { contentHash } from '@legend-fl/protocol';
import { checkHash } from './check-name.ts';
import { syncFolder } from './sync-folder.ts';

/** A file that is being written for so long has been left behind by a process that was killed. */
const LEFTOVER_MS = 3600_000;

/**
 * Contents as files named by their SHA-256, under a folder of its first two digits. What has been put here survives a
 * power cut, is whole, and never changes. Hashes that are none are refused (`request-invalid`).
 */
export class BlobFolder {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Where a blob is or would be. */
  pathOf(sha256: string): string {
    return join(this.folder, checkHash(sha256).slice(0, 2), sha256);
  }

  /** @returns its hash. Throws WriteError, after which nothing of it is left. */
  async put(bytes: Uint8Array): Promise<string> {
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    if (await this.renew(sha256)) return sha256;
    const path = await this.#prepare(sha256);
    await writeFileAtomically(path, [bytes]);
    await syncFolder(dirname(path));
    return sha256;
  }

  /**
   * Moves a file of the same file system in.
   * @throws WriteError where it cannot; Error where its content has another hash. The file is left then.
   */
  async putFile(path: string, sha256: string): Promise<void> {
    const found = await hashFile(path);
    if (found !== checkHash(sha256)) {
      throw new Error(`${path}: expected content of the hash ${sha256}, got ${found}.`);
    }
    await this.adopt(path, sha256);
  }

  /** Moves a file of the same file system in whose content is known to have this hash. */
  async adopt(path: string, sha256: string): Promise<void> {
    if (await this.renew(sha256)) return rm(path);
    const target = await this.#prepare(sha256);
    try {
      const file = await open(path, 'r+');
      try {
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(path, target);
      await syncFolder(dirname(target));
    } catch (cause) {
      throw new WriteError(target, cause as NodeJS.ErrnoException);
    }
  }

  async has(sha256: string): Promise<boolean> {
    return (await this.sizeOf(sha256)) !== undefined;
  }

  /** Bytes of a blob; undefined where there is none. */
  async sizeOf(sha256: string): Promise<number | undefined> {
    try {
      return (await stat(this.pathOf(sha256))).size;
    } catch (error) {
      return ignoreMissing(error, undefined);
    }
  }

  /** Whether there is this blob, which then counts as put now: it is not garbage that has been lying about. */
  async renew(sha256: string): Promise<boolean> {
    const now = new Date();
    try {
      await utimes(this.pathOf(sha256), now, now);
      return true;
    } catch (error) {
      return ignoreMissing(error, false);
    }
  }

  /** Throws InputError `blob-missing`, `blob-damaged`. */
  async read(sha256: string): Promise<Uint8Array> {
    const path = this.pathOf(sha256);
    const bytes = await readFile(path).catch((error) => ignoreMissing(error, undefined));
    if (bytes === undefined) throw missingBlob(path);
    const found = createHash('sha256').update(bytes).digest('hex');
    if (found === sha256) return bytes;
    throw damagedBlob(path, found);
  }

  /**
   * Reads a blob into memory that is long enough for it. Unlike `read` it leaves the content unchecked, which was
   * compared with its hash as it came in.
   * @returns the part of the memory that holds it. Throws InputError `blob-missing`.
   */
  async readInto(sha256: string, memory: Uint8Array): Promise<Uint8Array> {
    const path = this.pathOf(sha256);
    const file = await open(path).catch((error) => ignoreMissing(error, undefined));
    if (file === undefined) throw missingBlob(path);
    try {
      for (let offset = 0; ; ) {
        const { bytesRead } = await file.read(memory, offset, memory.byteLength - offset, offset);
        offset += bytesRead;
        if (bytesRead === 0 || offset === memory.byteLength) return memory.subarray(0, offset);
      }
    } finally {
      await file.close();
    }
  }

  /** Does nothing where there is none. */
  async delete(sha256: string): Promise<void> {
    await rm(this.pathOf(sha256), { force: true });
  }

  /** The hashes of all blobs, sorted. */
  async listAll(): Promise<string[]> {
    const names = (await this.#listFiles()).map(({ name }) => name);
    return names.filter((name) => contentHash.safeParse(name).success).sort();
  }

  /**
   * Deletes the blobs that nobody needs, and what killed processes have left half-written.
   * @param keep hashes of those that are needed
   * @param before a blob that was put later, in milliseconds since 1970, stays too: it may be about to be needed
   * @returns how many it has deleted
   */
  async collectGarbage(keep: ReadonlySet<string>, before = Number.POSITIVE_INFINITY): Promise<number> {
    let deleted = 0;
    for (const { name, path } of await this.#listFiles()) {
      if (keep.has(name)) continue;
      const isBlob = contentHash.safeParse(name).success;
      const putAt = await stat(path).then(
        ({ mtimeMs }) => mtimeMs,
        (error) => ignoreMissing(error, undefined),
      );
      if (putAt === undefined || putAt >= (isBlob ? before : Date.now() - LEFTOVER_MS)) continue;
      await rm(path, { force: true });
      deleted++;
    }
    return deleted;
  }

  /** Makes the folder that a blob belongs in. */
  async #prepare(sha256: string): Promise<string> {
    const path = this.pathOf(sha256);
    try {
      const made = await mkdir(dirname(path), { recursive: true });
      if (made !== undefined) await syncFolder(this.folder);
    } catch (cause) {
      throw new WriteError(path, cause as NodeJS.ErrnoException);
    }
    return path;
  }

  async #listFiles(): Promise<{ name: string; path: string }[]> {
    const entries = await readdir(this.folder, { recursive: true, withFileTypes: true }).catch((error) =>
      ignoreMissing(error, []),
    );
    return entries
      .filter((entry) => entry.isFile())
      .map(({ name, parentPath }) => ({ name, path: join(parentPath, name) }));
  }
}

export function missingBlob(path: string): InputError {
  return badBlob(path, 'blob-missing', 'no file');
}

export function damagedBlob(path: string, found: string): InputError {
  return badBlob(path, 'blob-damaged', `content of the hash ${found}`);
}

function badBlob(path: string, code: string, got: string): InputError {
  const expected = 'a file whose name is the SHA-256 of its content';
  return new InputError({
    code,
    expected,
    got,
    where: path,
    todo: 'Restore it from a backup of the folder.',
  });
}

function ignoreMissing<Instead>(error: unknown, instead: Instead): Instead {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') return instead;
  throw error;
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
}
