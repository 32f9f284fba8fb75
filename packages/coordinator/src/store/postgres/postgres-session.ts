import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { type Session, touchStore } from '../sql/session.ts';
import type { Db } from '../sql/tables.ts';
import { isPassing, isUnanswered } from './connection-fault.ts';
import { explainPostgresFault } from './explain-postgres-fault.ts';

/** How long statements are tried again while the server is away: a restart takes seconds, after a crash some more. */
export const retryDeadlineMs = 30_000;

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1000;

interface SessionOptions {
  /** Of the store, for people. */
  readonly name: string;
  readonly retryForMs: number;
  /** Ends the connection, so that the next statement makes a new one. */
  dropConnection(): void;
  close(): Promise<void>;
}

export function postgresSession(
  db: Db,
  { name, retryForMs, dropConnection, close }: SessionOptions,
): Session {
  const transact: Transact = async (work) => {
    try {
      return await db.transaction().execute(work);
    } catch (error) {
      // Whoever comes next would wait for the same answer.
      if (isUnanswered(error)) dropConnection();
      throw error;
    }
  };
  const explain = (error: unknown): never => {
    throw explainPostgresFault(error, name);
  };
  return {
    read: (work) => keepTrying(retryForMs, () => transact(work)).catch(explain),
    write: (work) => writeOnce(transact, retryForMs, work).catch(explain),
    check: () => transact(touchStore).catch(explain),
    close,
  };
}

/** Carries out a transaction, in one try. */
type Transact = <Result>(work: (db: Db) => Promise<Result>) => Promise<Result>;

/**
 * A transaction whose commit got no answer may have been carried out. So each leaves a mark of its own in the store;
 * who finds the mark there afterwards need not write again. Nobody can have written in between: the connection that
 * looks has taken the store, which the server gives only when the session before it is over.
 */
async function writeOnce<Result>(
  transact: Transact,
  retryForMs: number,
  work: (db: Db) => Promise<Result>,
): Promise<Result> {
  const mark = randomUUID();
  let attempted: { readonly result: Result } | undefined;
  return keepTrying(retryForMs, async () => {
    if (attempted !== undefined && (await transact(readMark)) === mark) return attempted.result;
    attempted = undefined;
    return transact(async (db) => {
      const result = await work(db);
      await db.updateTable('store').set({ last_write: mark }).execute();
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
