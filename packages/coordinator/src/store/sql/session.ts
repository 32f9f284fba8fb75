import type { Db } from './tables.ts';

/** One database behind a store: how to read it and write to it so that nothing is lost. One caller writes at a time. */
export interface Session {
  /** Everything that `work` reads is of one moment. It may be carried out more than once. */
  read<Result>(work: (db: Db) => Promise<Result>): Promise<Result>;
  /**
   * Carries out `work` in one transaction, which is durable when this resolves and has left no trace when it rejects.
   * `work` may be carried out more than once, with effect at most once.
   */
  write<Result>(work: (db: Db) => Promise<Result>): Promise<Result>;
  /** Writes something without consequence, once. */
  check(): Promise<void>;
  close(): Promise<void>;
}

/** Proves that the store can be written to; `last_write` must stay as it is. */
export async function touchStore(db: Db): Promise<void> {
  await db
    .updateTable('store')
    .set((row) => ({ checks: row('checks', '+', 1) }))
    .execute();
}
