import { InputError } from '@legend-fl/base';
import { missingFile } from '../safetensors/missing-file.ts';

/** The InputError for a file that node:fs could not open or read; `expected` says what it should have held. */
export function unreadableFile(path: string, expected: string, cause: unknown): InputError {
  const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
  if (reason === 'ENOENT' || reason === 'ENOTDIR') return missingFile(path, expected, cause);
  return new InputError({
    code: 'file-unreadable',
    expected,
    got: reason,
    where: path,
    todo: 'Check that it is a file and that you may read it.',
    cause,
  });
}
