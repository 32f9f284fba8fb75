import { copyFile, mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { InputError } from '@legend-fl/base';
import { WriteError } from '@legend-fl/base/node';
import { neededBlobs } from './log/needed-blobs.ts';
import { backupStore } from './store/backup-store.ts';
import { BlobFolder } from './store/blobs.ts';
import { openStore } from './store/open-store.ts';

/** Rounds that close while blobs are copied delete some of them; then the copy begins anew, so many times. */
const MAXIMUM_TRIES = 5;

/** The file of a folder that holds its SQLite store. */
export const STORE_FILE = 'coordinator.sqlite';

/**
 * Copies a coordinator's folder, which may be running, so that another one started on the copy goes on from the moment
 * of the copy: the store as of one moment, and every blob that it needs. Uploads under way are left out; their devices
 * send them again.
 * @param out a new folder
 * @returns number of blobs copied
 * @throws InputError as `backupStore`, `backup-overtaken` where rounds close faster than blobs are copied; WriteError
 */
export async function backupCoordinator(dir: string, out: string): Promise<number> {
  const [from, to] = [new BlobFolder(join(dir, 'blobs')), new BlobFolder(join(out, 'blobs'))];
  const file = join(out, STORE_FILE);
  await mkdir(out, { recursive: true, mode: 0o700 }).catch((cause) => {
    throw new WriteError(out, cause);
  });
  for (let tries = 1; tries <= MAXIMUM_TRIES; tries++) {
    await rm(file, { force: true });
    await backupStore(join(dir, STORE_FILE), file);
    const needed = await listNeeded(file);
    const copied = await Promise.all(needed.map((sha256) => copyBlob(from, to, sha256)));
    if (copied.every(Boolean)) return needed.length;
  }
  throw new InputError({
    code: 'backup-overtaken',
    expected: 'a round that lasts as long as copying its updates',
    got: `rounds that close faster, ${MAXIMUM_TRIES} times`,
    where: dir,
    todo: 'Stop the coordinator for the backup.',
  });
}

/** The blobs that some run of a store cannot go on without. */
async function listNeeded(file: string): Promise<readonly string[]> {
  const store = await openStore(file);
  try {
    const needed = new Set<string>();
    for (const { id } of await store.runs.list()) {
      for (const sha256 of neededBlobs(await store.runs.loadProgress(id))) needed.add(sha256);
    }
    return [...needed];
  } finally {
    await store.close();
  }
}

/** False where it has been deleted, since its round has closed. */
async function copyBlob(from: BlobFolder, to: BlobFolder, sha256: string): Promise<boolean> {
  if (await to.has(sha256)) return true;
  const target = to.pathOf(sha256);
  await mkdir(dirname(target), { recursive: true });
  try {
    await copyFile(from.pathOf(sha256), target);
    return true;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return false;
    throw new WriteError(target, cause as NodeJS.ErrnoException);
  }
}
