import type { DatabaseSync } from 'node:sqlite';
import { InputError } from '../input-error.ts';
import { loadSqlite } from './load-sqlite.ts';
import { explainSqliteFault, resultCode } from './sqlite-fault.ts';

export interface Hold {
  release(): void;
}

const BUSY = 5;

/**
 * Holds a lock file, made where there is none, for as long as this process lives: the operating system lets go of it
 * when the process ends, however it ends. The file itself stays; it holds the process id for people.
 *
 * It is a SQLite database within a transaction, since Node offers no file locks and SQLite has them on every platform.
 * The transaction holds SQLite's "reserved" lock, which leaves others free to read who has it.
 *
 * @param what that which nobody else may use meanwhile
 * @param holder what the process is that uses it, for people
 * @throws InputError with this code where it is held, by this process or another
 */
export async function holdFile(
  path: string,
  {
    code,
    what,
    holder: kind = 'coordinator',
  }: { readonly code: string; readonly what: string; readonly holder?: string },
): Promise<Hold> {
  const { DatabaseSync } = await loadSqlite();
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: 0 });
    // As one transaction, so that it is not left half-made; whoever comes second fails here or at the last line.
    database.exec('begin immediate');
    database.exec('create table if not exists holder (process integer not null)');
    database.exec('delete from holder');
    database.prepare('insert into holder values (?)').run(process.pid);
    database.exec('commit');
    database.exec('begin immediate');
  } catch (error) {
    const holder = resultCode(error) === BUSY && database !== undefined ? readHolder(database) : undefined;
    database?.close();
    if (resultCode(error) !== BUSY) throw explainSqliteFault(error, path);
    throw new InputError({
      code,
      expected: `that no other ${kind} uses it`,
      got: `one that does${holder === undefined ? '' : `: process ${holder}`}`,
      where: what,
      todo: 'Stop the other one, or name another place.',
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

/** The process that holds the file; undefined where it has not come to say so. */
function readHolder(database: DatabaseSync): number | undefined {
  try {
    const row = database.prepare('select process from holder').get();
    return row === undefined ? undefined : Number(row.process);
  } catch {
    // For people only: the refusal stands without it.
    return undefined;
  }
}
