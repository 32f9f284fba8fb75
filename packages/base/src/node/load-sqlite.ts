import { withoutWarning } from './without-warning.ts';

/**
 * Node's SQLite, without the warning of older versions that it is experimental. Imported when it is needed, so that
 * nothing is loaded, and nothing silenced, where it is not.
 */
export function loadSqlite(): Promise<typeof import('node:sqlite')> {
  return withoutWarning('SQLite', () => import('node:sqlite'));
}
