import { InputError } from '@legend-fl/base';

/** The InputError for a file that is not there; `expected` says what it should have held. */
export function missingFile(path: string, expected: string, cause?: unknown): InputError {
  return new InputError({
    code: 'file-missing',
    expected,
    got: 'no such file',
    where: path,
    todo: 'Check the path, or download the file again.',
    cause,
  });
}
