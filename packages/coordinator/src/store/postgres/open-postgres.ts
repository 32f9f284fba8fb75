import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { Kysely, PostgresDialect, sql } from 'kysely';
import { Pool, type PoolClient, types } from 'pg';
import { migrate } from '../sql/migrate.ts';
import type { Session } from '../sql/session.ts';
import type { StoreTables } from '../sql/tables.ts';
import { isInUse, isStartingUp } from './connection-fault.ts';
import { explainPostgresFault } from './explain-postgres-fault.ts';
import { postgresSession, retryDeadlineMs } from './postgres-session.ts';
import { takeStore } from './take-store.ts';

/** In a schema of their own the tables get in nobody's way. */
const SCHEMA = 'legend';

const CONNECT_TIMEOUT_MS = 10_000;

/** For the answer to a statement, of which the longest writes a snapshot of some megabytes. */
const ANSWER_TIMEOUT_MS = 20_000;

/** A coordinator that was killed may leave a session that ends when its statement does. */
const IN_USE_PATIENCE_MS = 5000;

/** Number of the type of 8-byte integers, which would come as text: ours are all exact as numbers. */
const INT8 = 20;

/**
 * Opens a store in a PostgreSQL database, made where there is none, and holds it: no second process can open it.
 * @param url with the password; it is in no error
 * @param retryForMs how long a statement is tried again while the server is away
 * @param answerTimeoutMs after which a connection is given up
 * @throws InputError where it cannot be opened, or is held
 */
export async function openPostgres(
  { url, name }: { readonly url: string; readonly name: string },
  { retryForMs = retryDeadlineMs, answerTimeoutMs = ANSWER_TIMEOUT_MS } = {},
): Promise<Session> {
  const session = `legend ${randomUUID()}`;
  const pool = new Pool({
    connectionString: url,
    // One connection, which holds the store: whoever writes has it, and writes go one after another anyway.
    max: 1,
    idleTimeoutMillis: 0,
    keepAlive: true,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: answerTimeoutMs,
    types: {
      getTypeParser: ((oid, format) =>
        oid === INT8 ? Number : types.getTypeParser(oid, format)) as typeof types.getTypeParser,
    },
    onConnect: (client) => takeStore(client, { session, name }),
  });
  // A lost connection is told to whoever uses it next. Without listeners it would end the process.
  pool.on('error', () => {});
  let connection: PoolClient | undefined;
  pool.on('connect', (client) => {
    connection = client.on('error', () => {});
  });
  const database = new Kysely<StoreTables>({ dialect: new PostgresDialect({ pool }) });
  try {
    const tables = await whenStarted(() => prepareSchema(database));
    const db = database.withSchema(SCHEMA);
    await migrate(db, tables, name);
    return postgresSession(db, {
      name,
      retryForMs,
      // It resolves when the server has answered, which this one may never do.
      dropConnection: () => void connection?.end(),
      close: () => database.destroy(),
    });
  } catch (error) {
    await database.destroy();
    throw explainPostgresFault(error, name);
  }
}

/** Makes the schema where there is none; returns the names of the tables in it. */
async function prepareSchema(database: Kysely<StoreTables>): Promise<string[]> {
  const schemas = await sql`select 1 from pg_namespace where nspname = ${SCHEMA}`.execute(database);
  if (schemas.rows.length === 0) await database.schema.createSchema(SCHEMA).execute();
  const tables = await sql<{ tablename: string }>`
    select tablename from pg_tables where schemaname = ${SCHEMA} order by tablename`.execute(database);
  return tables.rows.map(({ tablename }) => tablename);
}

/** Waits for a server that is just starting, and a little for whoever holds the store. */
async function whenStarted<Result>(work: () => Promise<Result>): Promise<Result> {
  for (const start = performance.now(); ; await setTimeout(200)) {
    try {
      return await work();
    } catch (error) {
      const waited = performance.now() - start;
      if (isStartingUp(error) && waited < retryDeadlineMs) continue;
      if (isInUse(error) && waited < IN_USE_PATIENCE_MS) continue;
      throw error;
    }
  }
}
