import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { type Session, touchStore } from '../sql/session.ts';
import type { Db } from '../sql/tables.ts';
import { isPassing } from './connection-fault.ts';
import { explainPostgresFault } from './explain-postgres-fault.ts';

/** How long statements are tried again while the server is away: a restart takes seconds, after a crash some more. */
export const retryDeadlineMs = 30_000;

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1000;

interface SessionOptions {
  /** Of the store, for people. */
  readonly name: string;
  readonly retryForMs: number;
  close(): Promise<void>;
}

export function postgresSession(db: Db, { name, retryForMs, close }: SessionOptions): Session {
  const explain = (error: unknown): never => {
    throw explainPostgresFault(error, name);
  };
  return {
    read: (work) => keepTrying(retryForMs, () => db.transaction().execute(work)).catch(explain),
    write: (work) => writeOnce(db, retryForMs, work).catch(explain),
    check: () => db.transaction().execute(touchStore).catch(explain),
    close,
  };
}

/**
 * A transaction whose commit got no answer may have been carried out. So each leaves a mark of its own in the store;
 * who finds the mark there afterwards need not write again. Nobody can have written in between: the connection that
 * looks has taken the store, which the server gives only when the session before it is over.
 */
async function writeOnce<Result>(
  db: Db,
  retryForMs: number,
  work: (db: Db) => Promise<Result>,
): Promise<Result> {
  const mark = randomUUID();
  let attempted: { readonly result: Result } | undefined;
  return keepTrying(retryForMs, async () => {
    if (attempted !== undefined && (await readMark(db)) === mark) return attempted.result;
    attempted = undefined;
    return db.transaction().execute(async (transaction) => {
      const result = await work(transaction);
      await transaction.updateTable('store').set({ last_write: mark }).execute();
      attempted = { result };
      return result;
    });
  });
}

async function readMark(db: Db): Promise<string | null> {
  const { last_write } = await db.selectFrom('store').select('last_write').executeTakeFirstOrThrow();
  return last_write;
}

/** Repeats what a lost connection or a restarting server has kept from succeeding, up to the deadline. */
async function keepTrying<Result>(retryForMs: number, work: () => Promise<Result>): Promise<Result> {
  let deadline: number | undefined;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    try {
      return await work();
    } catch (error) {
      deadline ??= performance.now() + retryForMs;
      if (!isPassing(error) || performance.now() + pause > deadline) throw error;
      await setTimeout(pause);
    }
  }
}
