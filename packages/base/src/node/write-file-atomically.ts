import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { WriteError } from './write-error.ts';

/**
 * Writes a file whole or not at all: beside it, through to the disk, then renamed over it. A reader sees the file as
 * it was before or the whole new one.
 *
 * Written here because write-file-atomic 7 takes a short write, which is what a filling disk gives first, for success
 * and renames the truncated file over the good one.
 *
 * @param content a text, or the file's bytes in parts
 * @param mode permissions of the file; default: those that new files get
 * @throws WriteError, after which nothing is left behind
 */
export async function writeFileAtomically(
  path: string,
  content: string | Iterable<Uint8Array>,
  { mode }: { readonly mode?: number } = {},
): Promise<void> {
  const unfinished = `${path}.${randomUUID()}.tmp`;
  try {
    const file = await open(unfinished, 'wx', mode);
    try {
      for (const part of typeof content === 'string' ? [content] : content) await file.appendFile(part);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(unfinished, path);
  } catch (cause) {
    await rm(unfinished, { force: true });
    throw new WriteError(path, cause as NodeJS.ErrnoException);
  }
}
