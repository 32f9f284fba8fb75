import type { DatabaseSync } from 'node:sqlite';
import { explainSqliteFault, holdFile, loadSqlite } from '@legend-fl/base/node';
import { Kysely, SqliteDialect } from 'kysely';
import { keepFilePrivate } from '../keep-private.ts';
import { makePrivateFile } from '../make-private-file.ts';
import { migrate } from '../sql/migrate.ts';
import { type Session, touchStore } from '../sql/session.ts';
import type { StoreTables } from '../sql/tables.ts';
import { kyselyDatabase } from './kysely-database.ts';

/** How long to wait for a process that reads or backs up the file, which blocks this one's thread. */
const BUSY_TIMEOUT_MS = 5000;

/**
 * Opens a store in a SQLite file, made where there is none, and holds it: no second process can open it as a store.
 * @throws InputError where it cannot be opened, or is held
 */
export async function openSqlite(path: string): Promise<Session> {
  const { DatabaseSync } = await loadSqlite();
  const hold = await holdFile(`${path}.lock`, { code: 'store-in-use', what: path });
  try {
    // It holds secrets. SQLite gives the files beside it the same rights.
    await makePrivateFile(path);
    for (const suffix of ['', '-wal', '-shm']) await keepFilePrivate(`${path}${suffix}`);
    const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS, enableForeignKeyConstraints: true });
    try {
      // With a write-ahead log others can read while this process writes; FULL flushes it at every commit.
      database.exec('pragma journal_mode = wal; pragma synchronous = full;');
      const db = new Kysely<StoreTables>({
        dialect: new SqliteDialect({ database: kyselyDatabase(database) }),
      });
      await migrate(db, listTables(database), path);
      return sqliteSession(db, path, () => hold.release());
    } catch (error) {
      database.close();
      throw error;
    }
  } catch (error) {
    hold.release();
    throw explainSqliteFault(error, path);
  }
}

function listTables(database: DatabaseSync): string[] {
  return database
    .prepare(`select name from sqlite_schema where type = 'table' order by name`)
    .all()
    .map(({ name }) => String(name));
}

function sqliteSession(db: Kysely<StoreTables>, path: string, release: () => void): Session {
  const explain = (error: unknown): never => {
    throw explainSqliteFault(error, path);
  };
  return {
    read: (work) => db.transaction().execute(work).catch(explain),
    write: (work) => db.transaction().execute(work).catch(explain),
    check: () => db.transaction().execute(touchStore).catch(explain),
    async close() {
      await db.destroy();
      release();
    },
  };
}
