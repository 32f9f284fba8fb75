import { open, rename, rm } from 'node:fs/promises';
import { WriteError } from './write-error.ts';

/**
 * Writes a file whole or not at all: to `<path>.tmp`, through to the disk, then renamed. For one writer at a time.
 * Written here because write-file-atomic 7 takes a short write, which is what a filling disk gives first, for success
 * and renames the truncated file over the good one. Throws a WriteError.
 */
export async function writeFileAtomically(path: string, text: string): Promise<void> {
  const temporary = `${path}.tmp`;
  try {
    const file = await open(temporary, 'w');
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw new WriteError(path, cause as NodeJS.ErrnoException);
  }
}
