import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { WriteError } from './write-error.ts';

/**
 * Writes a file as a whole or not at all: it writes a new file beside it, flushes it to disk and renames it. A reader sees
 * either the old file or the complete new one.
 *
 * Not write-file-atomic: its version 7 treats a short write, the first sign of a full disk, as success and renames the
 * truncated file over the good one.
 *
 * @param content a text, or bytes in parts
 * @param mode permissions of the file; default: those of new files
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
