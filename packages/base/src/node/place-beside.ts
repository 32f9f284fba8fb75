import { dirname, isAbsolute, join } from 'node:path';

/**
 * A reference in a file, as seen from the working directory. Relative paths, which begin with `./` or `../`, are relative to
 * the file's folder; names and absolute paths stay as they are.
 * @param file path of the file
 */
export function placeBeside(file: string, ref: string): string {
  if (!/^\.\.?[/\\]/.test(ref)) return ref;
  const path = join(dirname(file), ref);
  return isAbsolute(path) || path.startsWith('..') ? path : `./${path}`;
}
