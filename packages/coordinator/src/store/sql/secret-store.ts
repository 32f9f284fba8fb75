import type { SecretStore } from '../store.ts';
import type { Session } from './session.ts';
import type { Db } from './tables.ts';
import { done, type Outcome, oneByOne, type WriteQueue } from './write-queue.ts';

export function sqlSecretStore(session: Session, writes: WriteQueue): SecretStore {
  return {
    get: (name) => session.read((db) => getSecret(db, name)),
    keepFirst: (name, value) => writes.add(keepFirst, { name, value }),
    replace: (name, value) => writes.add(replaceSecret, { name, value }),
  };
}

interface Secret {
  readonly name: string;
  readonly value: string;
}

async function getSecret(db: Db, name: string): Promise<string | undefined> {
  const row = await db.selectFrom('secrets').select('value').where('name', '=', name).executeTakeFirst();
  return row?.value;
}

const keepFirst = oneByOne(async (db, secret: Secret): Promise<Outcome<string>> => {
  await db
    .insertInto('secrets')
    .values(secret)
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute();
  return { value: (await getSecret(db, secret.name)) ?? secret.value };
});

const replaceSecret = oneByOne(async (db, { name, value }: Secret): Promise<Outcome<void>> => {
  await db
    .insertInto('secrets')
    .values({ name, value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
    .execute();
  return done;
});
