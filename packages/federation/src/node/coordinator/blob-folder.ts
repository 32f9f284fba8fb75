import { createHash } from 'node:crypto';
import { mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { WriteError, writeFileAtomically } from '@legend/base/node';
import type { Blob, Blobs } from './blobs.ts';

const NAME = /^[0-9a-f]{64}$/;

/** Blobs in a folder, made where there is none: `<first 2 digits>/<sha256>`, so that no folder gets too many files. */
export async function openBlobFolder(folder: string): Promise<Blobs> {
  await mkdir(folder, { recursive: true }).catch((cause: NodeJS.ErrnoException) => {
    throw new WriteError(folder, cause);
  });
  const pathOf = (sha256: string) => join(folder, sha256.slice(0, 2), sha256);
  const find = async (sha256: string): Promise<Blob | undefined> => {
    if (!NAME.test(sha256)) return undefined;
    const found = await stat(pathOf(sha256)).catch(ifThere);
    return found && { sha256, bytes: found.size };
  };
  const makeRoom = async (sha256: string): Promise<string> => {
    const path = pathOf(sha256);
    const home = join(folder, sha256.slice(0, 2));
    await mkdir(home, { recursive: true }).catch((cause: NodeJS.ErrnoException) => {
      throw new WriteError(home, cause);
    });
    return path;
  };
  return {
    pathOf,
    find,
    makeRoom,
    async write(content) {
      const sha256 = createHash('sha256').update(content).digest('hex');
      const bytes = content.byteLength;
      if ((await find(sha256))?.bytes === bytes) return { sha256, bytes };
      await writeFileAtomically(await makeRoom(sha256), [content]);
      await syncFolder(join(folder, sha256.slice(0, 2)));
      return { sha256, bytes };
    },
    read: (sha256) => readFile(pathOf(sha256)),
    remove: (sha256) => rm(pathOf(sha256), { force: true }),
    async list() {
      const homes = await readdir(folder);
      const names = await Promise.all(homes.map((home) => readdir(join(folder, home)).catch(() => [])));
      return names.flat().filter((name) => NAME.test(name));
    },
  };
}

/** Makes renames in a folder survive a power cut, where the system can. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } catch (error) {
    // Windows has no such thing and writes folders through.
    if (process.platform !== 'win32') throw new WriteError(folder, error as NodeJS.ErrnoException);
  } finally {
    await handle.close();
  }
}

function ifThere(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}
