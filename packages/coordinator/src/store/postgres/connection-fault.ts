import { InputError } from '@legend-fl/base';

/** SQLSTATEs of a server that is stopping, has crashed, or ended the session (postgresql.org/docs/current/errcodes-appendix.html). */
const ended = new Set(['57P01', '57P02', '57P05', '25P03']);
const STARTING_UP = '57P03';
const TOO_MANY_CONNECTIONS = '53300';

/** Of Node. A server that is down has no socket file. */
const unreachable = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'ENOENT',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/** What pg and Kysely say of a connection that was lost while, or before, it was used; these have no code. */
const lost = /connection (terminated|error|has been discarded)|not queryable|timeout/i;

/** Whether it may be otherwise in a moment: the connection is lost, or the server on its way down or up. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = codeOf(error);
  if (code === undefined) return lost.test(error.message);
  return (
    unreachable.has(code) ||
    ended.has(code) ||
    code.startsWith('08') ||
    code === STARTING_UP ||
    code === TOO_MANY_CONNECTIONS ||
    isInUse(error)
  );
}

/** Whether a statement got no answer in time: its connection still waits for it. */
export function isUnanswered(error: unknown): boolean {
  return error instanceof Error && codeOf(error) === undefined && error.message === 'Query read timeout';
}

/** Whether the connection could not be made, or was lost. */
export function isUnreachable(error: unknown): boolean {
  return isPassing(error) && !isInUse(error);
}

export function isStartingUp(error: unknown): boolean {
  return codeOf(error) === STARTING_UP;
}

/** Somebody has the store: perhaps a session of this process that the server has not seen the end of. */
export function isInUse(error: unknown): boolean {
  return error instanceof InputError && error.code === 'store-in-use';
}

export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
