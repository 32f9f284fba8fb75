import { InputError } from '../input-error.ts';
import { WriteError } from './write-error.ts';

/** Result codes of SQLite (sqlite.org/rescode.html) that a user can act on. */
const FULL = 13;
const faults = {
  5: {
    code: 'store-in-use',
    got: 'one that another process holds',
    todo: 'Stop the other process, or name another file.',
  },
  8: {
    code: 'store-read-only',
    got: 'one that may not be written to',
    todo: 'Give this user the right to write the file and its folder.',
  },
  11: { code: 'store-damaged', got: 'a damaged one', todo: 'Restore it from a backup.' },
  14: {
    code: 'store-unreachable',
    got: 'no file that can be opened',
    todo: 'Create its folder, and see that this user may write in it.',
  },
  23: {
    code: 'store-unreachable',
    got: 'one that may not be opened',
    todo: 'Give this user the right to read and write it.',
  },
  26: {
    code: 'store-not-sqlite',
    got: 'a file of another kind',
    todo: 'Name another file; this one is left as it is.',
  },
} as const;

/** Turns SQLite's error into one for users, if they can act on it; otherwise returns it unchanged. */
export function explainSqliteFault(error: unknown, path: string): unknown {
  const code = resultCode(error);
  if (code === FULL)
    return new WriteError(path, Object.assign(new Error('database or disk is full'), { code: 'ENOSPC' }));
  if (code === undefined || !(code in faults)) return error;
  return new InputError({
    ...faults[code as keyof typeof faults],
    expected: 'a SQLite file that can be read and written',
    where: path,
    cause: error,
  });
}

/** SQLite's primary result code; undefined for any other error. */
export function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number')
    return undefined;
  return error.errcode & 0xff;
}
