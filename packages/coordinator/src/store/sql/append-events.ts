import type { StoredEvent } from '../store.ts';
import { toJson } from './column-text.ts';
import type { Db, EventRow } from './tables.ts';
import { done, type Outcome } from './write-queue.ts';

export interface AppendCall {
  readonly run: string;
  readonly events: readonly StoredEvent[];
}

/** Rows of one statement: five parameters each, of at most 32,766 that SQLite takes. */
const ROWS_PER_STATEMENT = 1000;

/** Appends the events of all calls that continue their run's log; a call that does not is at fault as a whole. */
export async function appendEvents(db: Db, calls: readonly AppendCall[]): Promise<readonly Outcome<void>[]> {
  const lastOf = new Map<string, number | undefined>();
  for (const { run } of calls) {
    if (!lastOf.has(run)) lastOf.set(run, await lastSequence(db, run));
  }
  const rows: EventRow[] = [];
  const outcomes = calls.map(({ run, events }): Outcome<void> => {
    const last = lastOf.get(run);
    if (last === undefined) return { fault: new Error(`There is no run ${run} to append events to.`) };
    const gap = events.find(({ sequence }, index) => sequence !== last + 1 + index);
    if (gap !== undefined) {
      const expected = last + 1 + events.indexOf(gap);
      return { fault: new Error(`Run ${run}: expected event ${expected}, got event ${gap.sequence}.`) };
    }
    lastOf.set(run, last + events.length);
    for (const { sequence, at, event, details } of events) {
      rows.push({ run, sequence, at, event: toJson(event), details: toJson(details) });
    }
    return done;
  });
  for (let start = 0; start < rows.length; start += ROWS_PER_STATEMENT) {
    await db
      .insertInto('events')
      .values(rows.slice(start, start + ROWS_PER_STATEMENT))
      .execute();
  }
  return outcomes;
}

/** Of the newest event of a run, whether it is in the log or in the snapshot; undefined where there is no run. */
async function lastSequence(db: Db, run: string): Promise<number | undefined> {
  const found = await db
    .selectFrom('runs')
    .leftJoin('snapshots', 'snapshots.run', 'runs.id')
    .where('runs.id', '=', run)
    .select('snapshots.sequence as covered')
    .executeTakeFirst();
  if (found === undefined) return undefined;
  const { last } = await db
    .selectFrom('events')
    .where('run', '=', run)
    .select((row) => row.fn.max('sequence').as('last'))
    .executeTakeFirstOrThrow();
  return Math.max(found.covered ?? 0, Number(last ?? 0));
}
