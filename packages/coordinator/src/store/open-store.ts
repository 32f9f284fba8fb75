import { openPostgres } from './postgres/open-postgres.ts';
import { sqlStore } from './sql/sql-store.ts';
import { openSqlite } from './sqlite/open-sqlite.ts';
import type { Store } from './store.ts';
import { parseStoreUrl } from './store-url.ts';

/**
 * Opens a store, made where there is none, and holds it until it is closed: no second process can open it.
 * @param url `sqlite:PATH`, a path, or `postgres://USER:PASSWORD@HOST/DATABASE`
 * @throws InputError `store-url`, `store-in-use`, `store-version`, `store-foreign` and others that say what to do where
 *   it cannot be opened; none repeats a password
 */
export async function openStore(url: string): Promise<Store> {
  const place = parseStoreUrl(url);
  return sqlStore(place.kind === 'sqlite' ? await openSqlite(place.path) : await openPostgres(place));
}
