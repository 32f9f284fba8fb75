import { InputError } from '@legend/base';

/** The InputError for a file that node:fs could not open or read; `expected` says what it should have held. */
export function unreadableFile(path: string, expected: string, cause: unknown): InputError {
  const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
  const missing = reason === 'ENOENT' || reason === 'ENOTDIR';
  return new InputError({
    code: missing ? 'file-missing' : 'file-unreadable',
    expected,
    got: missing ? 'no such file' : reason,
    where: path,
    todo: missing
      ? 'Check the path, or download the file again.'
      : 'Check that it is a file and that you may read it.',
    cause,
  });
}
