import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { InputError } from '@legend-fl/base';
import { WriteError } from '@legend-fl/base/node';

/** Name of the lock's file, which stays behind, empty. */
export const lockFileName = '.lock';

/**
 * Takes the folder for this caller alone and gives the function that releases it. The lock is the operating system's
 * and ends with the process however that ends, so it cannot go stale; SQLite's exclusive transaction is the way to one
 * that Node has on every platform. Throws an InputError with code
 * `run-folder-locked`, a WriteError where the folder cannot be written.
 */
export function lockFolder(folder: string): () => void {
  const database = openDatabase(join(folder, lockFileName));
  try {
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (cause) {
    database.close();
    if (!isBusy(cause)) throw cause;
    throw new InputError({
      code: 'run-folder-locked',
      expected: 'a run folder that no other run is writing',
      got: 'one that another run is writing now',
      where: folder,
      todo: 'Wait until that run ends, stop it, or choose another folder with --out.',
      cause,
    });
  }
  return () => database.close();
}

function openDatabase(path: string): DatabaseSync {
  try {
    return new DatabaseSync(path, { timeout: 0 });
  } catch (cause) {
    throw new WriteError(path, cause as NodeJS.ErrnoException);
  }
}

function isBusy(error: unknown): boolean {
  const busy = 5;
  return error instanceof Error && 'errcode' in error && error.errcode === busy;
}
