import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { explainSqliteFault } from '@legend-fl/base/node';
import { Kysely, SqliteDialect } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { kyselyDatabase } from './kysely-database.ts';

interface Tables {
  parts: { id: number | null; text: string };
}

let folder: string;
let database: DatabaseSync;
let db: Kysely<Tables>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'legend-kysely-'));
  database = new DatabaseSync(join(folder, 'parts.sqlite'));
  database.exec('create table parts (id integer primary key, text text)');
  db = new Kysely({ dialect: new SqliteDialect({ database: kyselyDatabase(database) }) });
});
afterAll(async () => {
  await db.destroy();
  await rm(folder, { recursive: true });
});

test('statements return rows, or how many rows they changed', async () => {
  const inserted = await db.insertInto('parts').values({ id: null, text: 'a' }).returning('id').execute();
  expect(inserted).toEqual([{ id: 1 }]);
  const { insertId } = await db.insertInto('parts').values({ id: null, text: 'b' }).executeTakeFirstOrThrow();
  expect(insertId).toBe(2n);
  const { numUpdatedRows } = await db.updateTable('parts').set({ text: 'c' }).executeTakeFirstOrThrow();
  expect(numUpdatedRows).toBe(2n);
  const rows = [];
  for await (const row of db.selectFrom('parts').selectAll().orderBy('id').stream()) rows.push(row);
  expect(rows).toEqual([1, 2].map((id) => ({ id, text: 'c' })));
  await db.deleteFrom('parts').execute();
});

test('a full disk is told as such, and leaves what was before the transaction', async () => {
  await db.insertInto('parts').values({ id: 1, text: 'before' }).execute();
  database.exec('pragma max_page_count = 10');
  const failure = await db
    .transaction()
    .execute(async (transaction) => {
      await transaction.insertInto('parts').values({ id: 2, text: 'x' }).execute();
      await transaction
        .insertInto('parts')
        .values({ id: 3, text: 'x'.repeat(100_000) })
        .execute();
    })
    .catch((error: unknown) => error);
  expect(failure).toMatchObject({ errcode: 13 });
  expect(explainSqliteFault(failure, 'parts.sqlite')).toMatchObject({
    name: 'WriteError',
    code: 'disk-full',
  });
  expect(await db.selectFrom('parts').select('text').execute()).toEqual([{ text: 'before' }]);
  await db.insertInto('parts').values({ id: 4, text: 'after' }).execute();
});
