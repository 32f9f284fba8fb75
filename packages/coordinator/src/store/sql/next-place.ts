import type { Db } from './tables.ts';

/** The place after the last one of a table. Only one transaction writes at a time. */
export async function nextPlace(db: Db, table: 'runs' | 'log' | 'devices' | 'tokens'): Promise<number> {
  const { last } = await db
    .selectFrom(table)
    .select((row) => row.fn.max('place').as('last'))
    .executeTakeFirstOrThrow();
  return Number(last ?? 0) + 1;
}
