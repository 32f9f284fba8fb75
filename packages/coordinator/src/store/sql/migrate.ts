import { InputError } from '@legend-fl/base';
import type { Db } from './tables.ts';

/**
 * What has changed in the tables, in order; a store's version is how many of these it has been through. What has been
 * published is never edited: a change is one more entry.
 */
const migrations: readonly ((db: Db) => Promise<void>)[] = [
  createTables,
  addQuarantine,
  rememberRevoked,
  addRunChanges,
];

/**
 * Brings a store's tables to this version, in one transaction.
 * @param tables names of those that there are
 * @param where the store, for people
 * @throws InputError `store-version` of a newer store, `store-foreign` of a database that is none
 */
export async function migrate(db: Db, tables: readonly string[], where: string): Promise<void> {
  if (tables.length > 0 && !tables.includes('store')) {
    throw new InputError({
      code: 'store-foreign',
      expected: 'an empty database or a store of Legend',
      got: `other tables: ${tables.slice(0, 3).join(', ')}`,
      where,
      todo: 'Name another file or database.',
    });
  }
  const version = tables.length > 0 ? await readVersion(db) : 0;
  if (version > migrations.length) {
    throw new InputError({
      code: 'store-version',
      expected: `a store of version ${migrations.length} or older`,
      got: `version ${version}, of a newer Legend`,
      where,
      todo: 'Update Legend, or use the version that this store was written with.',
    });
  }
  if (version === migrations.length) return;
  await db.transaction().execute(async (transaction) => {
    for (const step of migrations.slice(version)) await step(transaction);
    await transaction.updateTable('store').set({ version: migrations.length }).execute();
  });
}

async function readVersion(db: Db): Promise<number> {
  const { version } = await db.selectFrom('store').select('version').executeTakeFirstOrThrow();
  return version;
}

async function createTables(db: Db): Promise<void> {
  const { schema } = db;
  await schema
    .createTable('store')
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('last_write', 'text')
    .addColumn('checks', 'bigint', (column) => column.notNull())
    .execute();
  await db.insertInto('store').values({ version: 0, last_write: null, checks: 0 }).execute();
  await schema
    .createTable('runs')
    .addColumn('place', 'bigint', (column) => column.primaryKey())
    .addColumn('id', 'text', (column) => column.notNull().unique())
    .addColumn('created_at', 'double precision', (column) => column.notNull())
    .addColumn('settings', 'text', (column) => column.notNull())
    .execute();
  await schema
    .createTable('snapshots')
    .addColumn('run', 'text', (column) => column.primaryKey().references('runs.id'))
    .addColumn('sequence', 'bigint', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('global_sha256', 'text', (column) => column.notNull())
    .addColumn('assigned_at', 'double precision')
    .addColumn('failure', 'text')
    .execute();
  await schema
    .createTable('events')
    .addColumn('run', 'text', (column) => column.notNull().references('runs.id'))
    .addColumn('sequence', 'bigint', (column) => column.notNull())
    .addColumn('at', 'double precision', (column) => column.notNull())
    .addColumn('event', 'text', (column) => column.notNull())
    .addColumn('details', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('events_key', ['run', 'sequence'])
    .execute();
  await schema
    .createTable('rounds')
    .addColumn('run', 'text', (column) => column.notNull().references('runs.id'))
    .addColumn('round', 'bigint', (column) => column.notNull())
    .addColumn('finished_at', 'double precision', (column) => column.notNull())
    .addColumn('record', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('rounds_key', ['run', 'round'])
    .execute();
  await schema
    .createTable('log')
    .addColumn('place', 'bigint', (column) => column.primaryKey())
    .addColumn('at', 'double precision', (column) => column.notNull())
    .addColumn('level', 'text', (column) => column.notNull())
    .addColumn('run', 'text')
    .addColumn('device', 'text')
    .addColumn('text', 'text', (column) => column.notNull())
    .execute();
  await schema
    .createTable('devices')
    .addColumn('place', 'bigint', (column) => column.primaryKey())
    .addColumn('id', 'text', (column) => column.notNull().unique())
    .addColumn('run', 'text', (column) => column.notNull().references('runs.id'))
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('public_key', 'text', (column) => column.notNull().unique())
    .addColumn('runtime_kind', 'text', (column) => column.notNull())
    .addColumn('runtime_about', 'text', (column) => column.notNull())
    .addColumn('enrolled_at', 'double precision', (column) => column.notNull())
    .addColumn('revoked', 'integer', (column) => column.notNull())
    .execute();
  await schema
    .createTable('tokens')
    .addColumn('place', 'bigint', (column) => column.primaryKey())
    .addColumn('id', 'text', (column) => column.notNull().unique())
    .addColumn('hash', 'text', (column) => column.notNull().unique())
    .addColumn('run', 'text', (column) => column.notNull().references('runs.id'))
    .addColumn('label', 'text', (column) => column.notNull())
    .addColumn('uses_left', 'bigint')
    .addColumn('expires_at', 'double precision')
    .addColumn('created_at', 'double precision', (column) => column.notNull())
    .addColumn('revoked', 'integer', (column) => column.notNull())
    .addColumn('devices', 'bigint', (column) => column.notNull())
    .execute();
  await schema
    .createTable('secrets')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('value', 'text', (column) => column.notNull())
    .execute();
}

async function addQuarantine({ schema }: Db): Promise<void> {
  await schema
    .alterTable('devices')
    .addColumn('quarantined', 'integer', (column) => column.notNull().defaultTo(0))
    .execute();
}

/** What is needed to keep whoever was revoked from coming back with another key. */
async function rememberRevoked({ schema }: Db): Promise<void> {
  await schema.alterTable('devices').addColumn('token', 'text').execute();
  await schema.alterTable('devices').addColumn('address_hash', 'text').execute();
  await schema.alterTable('devices').addColumn('revoked_at', 'double precision').execute();
  // Every enrolment asks for the newest revocation at its address, of which a fleet may have one.
  await schema.createIndex('devices_revoked').on('devices').columns(['address_hash', 'revoked_at']).execute();
  await schema
    .alterTable('tokens')
    .addColumn('held', 'integer', (column) => column.notNull().defaultTo(0))
    .execute();
}

/** What operators may change of runs and devices, and the score of the untrained adapter. */
async function addRunChanges({ schema }: Db): Promise<void> {
  await schema.alterTable('runs').addColumn('name', 'text').execute();
  await schema
    .alterTable('runs')
    .addColumn('paused', 'integer', (column) => column.notNull().defaultTo(0))
    .execute();
  await schema.alterTable('runs').addColumn('baseline', 'text').execute();
  await schema.alterTable('devices').addColumn('told_name', 'text').execute();
}
