import type { NewToken, StoredToken, TokenStore } from '../store.ts';
import { toText } from './column-text.ts';
import { nextPlace } from './next-place.ts';
import type { Session } from './session.ts';
import type { Db } from './tables.ts';
import { done, type Outcome, oneByOne, type WriteQueue } from './write-queue.ts';

export function sqlTokenStore(session: Session, writes: WriteQueue): TokenStore {
  return {
    create: (token) => writes.add(createToken, token),
    list: () => session.read(listTokens),
    revoke: (id) => writes.add(revokeToken, id),
  };
}

const createToken = oneByOne(async (db, token: NewToken): Promise<Outcome<void>> => {
  const run = await db.selectFrom('runs').select('id').where('id', '=', token.run).executeTakeFirst();
  if (run === undefined) return { fault: new Error(`There is no run ${token.run} to make a token for.`) };
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('tokens')
    .values({
      place: await nextPlace(db, 'tokens'),
      id: token.id,
      hash: token.hash,
      run: token.run,
      label: toText(token.label),
      uses_left: token.usesLeft,
      expires_at: token.expiresAt,
      created_at: token.createdAt,
      revoked: 0,
      devices: 0,
      held: 0,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows === 0n
    ? { fault: new Error(`There is a token ${token.id} already, or one of the same hash.`) }
    : done;
});

async function listTokens(db: Db): Promise<StoredToken[]> {
  const rows = await db.selectFrom('tokens').selectAll().orderBy('place').execute();
  return rows.map((row) => ({
    id: row.id,
    hash: row.hash,
    run: row.run,
    label: row.label,
    usesLeft: row.uses_left,
    expiresAt: row.expires_at,
    createdAt: row.created_at,
    revoked: row.revoked === 1,
    devices: row.devices,
    held: row.held === 1,
  }));
}

const revokeToken = oneByOne(async (db, id: string): Promise<Outcome<boolean>> => {
  const { numUpdatedRows } = await db
    .updateTable('tokens')
    .set({ revoked: 1 })
    .where('id', '=', id)
    .executeTakeFirst();
  return { value: numUpdatedRows > 0n };
});
