import type { RoundEvent, RoundState } from '@legend-fl/method';
import type { LogEntry } from '@legend-fl/protocol';
import type {
  Baseline,
  NewRun,
  RunChanges,
  RunProgress,
  RunSnapshot,
  RunStore,
  StoredRound,
} from '../store.ts';
import { appendEvents } from './append-events.ts';
import { toJson, toText } from './column-text.ts';
import { nextPlace } from './next-place.ts';
import type { Session } from './session.ts';
import type { Db } from './tables.ts';
import { done, type Outcome, oneByOne, type WriteQueue } from './write-queue.ts';

/** Entries of the log that are kept. */
const LOG_ENTRIES = 10_000;

/** Entries of one statement: six parameters each, of at most 32,766 that SQLite takes. */
const ENTRIES_PER_STATEMENT = 1000;

export function sqlRunStore(session: Session, writes: WriteQueue): RunStore {
  return {
    create: (run) => writes.add(createRun, run),
    list: () => session.read(listRuns),
    change: (run, change) => writes.add(changeRun, { run, change }),
    loadProgress: (run) => session.read((db) => loadProgress(db, run)),
    appendEvents: (run, events) => writes.add(appendEvents, { run, events }),
    saveSnapshot: (run, snapshot, finished) => writes.add(saveSnapshot, { run, snapshot, finished }),
    listRounds: (run, after = 0) => session.read((db) => listRounds(db, run, after)),
    listLog: (count) => session.read((db) => listLog(db, count)),
    appendLog: (entries) => writes.add(appendLog, entries),
  };
}

const createRun = oneByOne(async (db, { id, createdAt, settings }: NewRun): Promise<Outcome<void>> => {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('runs')
    .values({
      place: await nextPlace(db, 'runs'),
      id,
      created_at: createdAt,
      settings: toJson(settings),
      name: null,
      paused: 0,
      baseline: null,
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows === 0n ? { fault: new Error(`There is a run ${id} already.`) } : done;
});

async function listRuns(db: Db) {
  const rows = await db
    .selectFrom('runs')
    .leftJoin('snapshots', 'snapshots.run', 'runs.id')
    .select(['runs.id', 'runs.created_at', 'runs.settings', 'runs.name', 'runs.paused', 'runs.baseline'])
    .select('snapshots.failure')
    .orderBy('runs.place')
    .execute();
  return rows.map(({ id, created_at, settings, failure, name, paused, baseline }) => ({
    id,
    createdAt: created_at,
    settings: JSON.parse(settings) as unknown,
    failure,
    name,
    paused: paused === 1,
    baseline: baseline === null ? null : (JSON.parse(baseline) as Baseline),
  }));
}

interface ChangeCall {
  readonly run: string;
  readonly change: RunChanges;
}

const changeRun = oneByOne(async (db, { run, change }: ChangeCall): Promise<Outcome<boolean>> => {
  const { settings, name, paused, baseline } = change;
  const values = {
    ...(settings !== undefined && { settings: toJson(settings) }),
    ...(name !== undefined && { name: toText(name) }),
    ...(paused !== undefined && { paused: paused ? 1 : 0 }),
    ...(baseline !== undefined && { baseline: baseline && toJson(baseline) }),
  };
  if (Object.keys(values).length === 0) throw new Error('A change of a run names nothing to change.');
  const { numUpdatedRows } = await db
    .updateTable('runs')
    .set(values)
    .where('id', '=', run)
    .executeTakeFirst();
  return { value: numUpdatedRows > 0n };
});

async function loadProgress(db: Db, run: string): Promise<RunProgress> {
  const snapshot = await db.selectFrom('snapshots').selectAll().where('run', '=', run).executeTakeFirst();
  const events = await db
    .selectFrom('events')
    .selectAll()
    .where('run', '=', run)
    .where('sequence', '>', snapshot?.sequence ?? 0)
    .orderBy('sequence')
    .execute();
  return {
    snapshot:
      snapshot === undefined
        ? null
        : {
            sequence: snapshot.sequence,
            // Written by us, of the layout that its `formatVersion` names.
            state: JSON.parse(snapshot.state) as RoundState,
            globalSha256: snapshot.global_sha256,
            assignedAt: snapshot.assigned_at,
            failure: snapshot.failure,
          },
    events: events.map(({ sequence, at, event, details }) => ({
      sequence,
      at,
      event: JSON.parse(event) as RoundEvent,
      details: JSON.parse(details) as unknown,
    })),
  };
}

interface SnapshotCall {
  readonly run: string;
  readonly snapshot: RunSnapshot;
  readonly finished: StoredRound | undefined;
}

const saveSnapshot = oneByOne(
  async (db, { run, snapshot, finished }: SnapshotCall): Promise<Outcome<void>> => {
    const found = await db
      .selectFrom('runs')
      .leftJoin('snapshots', 'snapshots.run', 'runs.id')
      .where('runs.id', '=', run)
      .select('snapshots.sequence')
      .executeTakeFirst();
    if (found === undefined) return { fault: new Error(`There is no run ${run} to save a snapshot of.`) };
    if (snapshot.sequence < (found.sequence ?? 0)) {
      return {
        fault: new Error(
          `Run ${run}: expected a snapshot at event ${found.sequence} or later, got event ${snapshot.sequence}.`,
        ),
      };
    }
    const values = {
      sequence: snapshot.sequence,
      state: toJson(snapshot.state),
      global_sha256: snapshot.globalSha256,
      assigned_at: snapshot.assignedAt,
      failure: snapshot.failure === null ? null : toText(snapshot.failure),
    };
    await db
      .insertInto('snapshots')
      .values({ run, ...values })
      .onConflict((conflict) => conflict.column('run').doUpdateSet(values))
      .execute();
    await db.deleteFrom('events').where('run', '=', run).where('sequence', '<=', snapshot.sequence).execute();
    if (finished !== undefined) await putRound(db, run, finished);
    return done;
  },
);

async function putRound(db: Db, run: string, { round, finishedAt, record }: StoredRound): Promise<void> {
  const values = { finished_at: finishedAt, record: toJson(record) };
  await db
    .insertInto('rounds')
    .values({ run, round, ...values })
    .onConflict((conflict) => conflict.columns(['run', 'round']).doUpdateSet(values))
    .execute();
}

async function listRounds(db: Db, run: string, after: number): Promise<StoredRound[]> {
  const rows = await db
    .selectFrom('rounds')
    .selectAll()
    .where('run', '=', run)
    .where('round', '>', after)
    .orderBy('round')
    .execute();
  return rows.map(({ round, finished_at, record }) => ({
    round,
    finishedAt: finished_at,
    record: JSON.parse(record) as unknown,
  }));
}

async function listLog(db: Db, count: number): Promise<LogEntry[]> {
  const rows = await db
    .selectFrom('log')
    .select(['at', 'level', 'run', 'device', 'text'])
    .orderBy('place', 'desc')
    .limit(count)
    .execute();
  return rows.reverse();
}

async function appendLog(db: Db, calls: readonly (readonly LogEntry[])[]): Promise<readonly Outcome<void>[]> {
  const first = await nextPlace(db, 'log');
  const rows = calls
    .flat()
    .map((entry, index) => ({ ...entry, text: toText(entry.text), place: first + index }));
  for (let start = 0; start < rows.length; start += ENTRIES_PER_STATEMENT) {
    await db
      .insertInto('log')
      .values(rows.slice(start, start + ENTRIES_PER_STATEMENT))
      .execute();
  }
  await db
    .deleteFrom('log')
    .where('place', '<', first + rows.length - LOG_ENTRIES)
    .execute();
  return calls.map(() => done);
}
