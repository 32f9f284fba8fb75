import { resultCode } from '@legend-fl/base/node';

/** Of SQLite (sqlite.org/rescode.html): busy, locked, out of memory, an error of the disk, a full disk, a lock that is contended. */
const passingSqlite = new Set([5, 6, 7, 10, 13, 15]);

/**
 * Classes of SQLSTATE (postgresql.org/docs/current/errcodes-appendix.html): connection, transaction state, rolled back,
 * out of resources, stopped by somebody, error of the system.
 */
const passingPostgres = /^(08|25|40|53|57|58)/;

/** Of Node, of a worker thread that has died of its memory. */
const OUT_OF_MEMORY = 'ERR_WORKER_OUT_OF_MEMORY';

/**
 * Whether trying again may succeed: files, a network or a database failed, or something lies not where it should, which a
 * person can mend. Everything else is a mistake in this program and would come out the same.
 */
export function mayPass(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (!('code' in error) || typeof error.code !== 'string') return false;
  // By name: an error of a worker thread comes without its class. An event that its own schema turns down was made wrong.
  if (error.name === 'InputError') return error.code !== 'event-invalid';
  if (error.name === 'WriteError') return true;
  const sqlite = resultCode(error);
  if (sqlite !== undefined) return passingSqlite.has(sqlite);
  if ('syscall' in error || error.code === OUT_OF_MEMORY) return true;
  return 'severity' in error && passingPostgres.test(error.code);
}

/** An error in one sentence; of a mistake in this program also where it was made. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (mayPass(error) || error.name === 'InputError') return error.message;
  const place = /^\s*at .*$/m.exec(error.stack ?? '')?.[0].trim();
  return `${error.name}: ${error.message}${place === undefined ? '' : ` (${place})`}`;
}
