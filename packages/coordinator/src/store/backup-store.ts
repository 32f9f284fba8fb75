import { open, rename, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { InputError } from '@legend-fl/base';
import { explainSqliteFault, loadSqlite, WriteError } from '@legend-fl/base/node';
import { makePrivateFile } from './make-private-file.ts';
import { parseStoreUrl } from './store-url.ts';
import { syncFolder } from './sync-folder.ts';

/** Pages that are copied in one go: all, as of one moment. In smaller steps every write in between starts it anew. */
const ALL_PAGES = 2 ** 31 - 1;

/**
 * Copies a SQLite store into a new file while a coordinator may be writing to it. The file is whole or not there.
 * @throws InputError `backup-unsupported` of another kind of store, `backup-exists`, and where the store cannot be read
 */
export async function backupStore(url: string, file: string): Promise<void> {
  const place = parseStoreUrl(url);
  if (place.kind === 'postgres') {
    throw new InputError({
      code: 'backup-unsupported',
      expected: 'a SQLite store',
      got: 'a PostgreSQL database',
      where: place.name,
      todo: 'Use pg_dump, which copies a database while it is written to.',
    });
  }
  const target = resolve(file);
  if (await exists(target)) {
    throw new InputError({
      code: 'backup-exists',
      expected: 'the name of a new file',
      got: 'a file that is there',
      where: target,
      todo: 'Name another file, or delete this one.',
    });
  }
  const { DatabaseSync, backup } = await loadSqlite();
  const unfinished = `${target}.${process.pid}.tmp`;
  try {
    const database = new DatabaseSync(place.path, { readOnly: true });
    try {
      await makePrivateFile(unfinished);
      await backup(database, unfinished, { rate: ALL_PAGES });
    } finally {
      database.close();
    }
    await moveDurably(unfinished, target);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw explainSqliteFault(error, place.path);
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function moveDurably(from: string, to: string): Promise<void> {
  try {
    const file = await open(from, 'r+');
    try {
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(from, to);
    await syncFolder(dirname(to));
  } catch (cause) {
    throw new WriteError(to, cause as NodeJS.ErrnoException);
  }
}
