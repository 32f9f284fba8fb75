import { readFile } from 'node:fs/promises';
import { InputError } from '@legend-fl/base';

/**
 * A file's bytes.
 *
 * @throws InputError when the file is missing, a folder, or not permitted.
 */
export async function readFileBytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw unreadableFile(path, cause);
  }
}

/** The error for a file that the operating system refuses to read; `cause` is its error. */
function unreadableFile(path: string, cause: unknown): unknown {
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: 'no such file',
    EISDIR: 'a folder',
    EACCES: 'no permission to read it',
  };
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const got = reasons[code];
  if (got === undefined) return cause;
  return new InputError({
    code: 'data-file-missing',
    expected: 'a readable data file',
    got,
    where: path,
    todo: 'Check the path.',
    cause,
  });
}
