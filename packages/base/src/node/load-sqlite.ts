import { withoutWarning } from './without-warning.ts';

/**
 * Node's SQLite, without the warning of older Node versions that it is experimental, which does not help a user. It is imported
 * on demand, so that programs without it load and silence nothing.
 */
export function loadSqlite(): Promise<typeof import('node:sqlite')> {
  return withoutWarning('SQLite', () => import('node:sqlite'));
}
