import type { DatabaseSync } from 'node:sqlite';
import { InputError } from '../input-error.ts';
import { loadSqlite } from './load-sqlite.ts';
import { explainSqliteFault, resultCode } from './sqlite-fault.ts';

export interface Hold {
  release(): void;
}

/** How a second process is refused. */
export interface HoldRefusal {
  /** Of the InputError. */
  readonly code: string;
  /** What the lock file protects, e.g. the path of a folder. */
  readonly what: string;
  /** What kind of process holds it, for people; a coordinator if left out. */
  readonly holder?: string;
  readonly todo?: string;
}

const BUSY = 5;

/**
 * Holds a lock file, made where there is none, until it is released or the process ends. The operating system drops
 * the lock with the process, so it cannot go stale. The file stays; it names the process for people.
 *
 * Node has no file locks, so the file is a SQLite database with an open transaction. The transaction holds SQLite's
 * "reserved" lock, under which others can still read who holds the file.
 *
 *     const hold = await holdFile('data/coordinator.lock', { code: 'folder-in-use', what: 'data' });
 *
 * @throws InputError with the refusal's code if this or another process holds the file
 */
export async function holdFile(
  path: string,
  { code, what, holder = 'coordinator', todo = 'Stop the other one, or name another place.' }: HoldRefusal,
): Promise<Hold> {
  const { DatabaseSync } = await loadSqlite();
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: 0 });
    // One transaction, so that the table is never half-made; a second process fails here or at the last line.
    database.exec('begin immediate');
    database.exec('create table if not exists holder (process integer not null)');
    database.exec('delete from holder');
    database.prepare('insert into holder values (?)').run(process.pid);
    database.exec('commit');
    database.exec('begin immediate');
  } catch (error) {
    const busy = resultCode(error) === BUSY;
    const process = busy && database !== undefined ? readHolder(database) : undefined;
    database?.close();
    if (!busy) throw explainSqliteFault(error, path);
    throw new InputError({
      code,
      expected: `no other ${holder} to use it`,
      got: `one that does${process === undefined ? '' : `: process ${process}`}`,
      where: what,
      todo,
      cause: error,
    });
  }
  const held = database;
  return {
    release() {
      if (held.isOpen) held.close();
    },
  };
}

/** The process that holds the file; undefined if it has not written its id yet, or lets nobody read. */
function readHolder(database: DatabaseSync): number | undefined {
  try {
    const row = database.prepare('select process from holder').get();
    return row === undefined ? undefined : Number(row.process);
  } catch {
    // The id is only for people: the refusal stands without it.
    return undefined;
  }
}
