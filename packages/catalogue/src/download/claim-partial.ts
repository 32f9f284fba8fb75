import { randomUUID } from 'node:crypto';
import { readdir, rename, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** Longer than a download waits for its next byte, so nobody works on an older partial file. */
const abandonedAfterMs = 60_000;

/**
 * The path of a partial download of `file` that no other process writes to: one that an earlier attempt left, else a new one.
 * A file is claimed by renaming it, so only one of two processes gets it.
 */
export async function claimPartial(file: string): Promise<string> {
  const folder = dirname(file);
  const claimed = `${file}.${hostname()}-${process.pid}-${randomUUID()}.partial`;
  for (const name of await readdir(folder)) {
    if (!name.startsWith(`${basename(file)}.`) || !name.endsWith('.partial')) continue;
    const path = join(folder, name);
    const free = path === releasedPath(file) || writerIsGone(name) || (await isSilent(path));
    if (free && (await renameIfThere(path, claimed))) return claimed;
  }
  return claimed;
}

/** Leaves a partial download of `file` for the next try. */
export async function releasePartial(partial: string, file: string): Promise<void> {
  await renameIfThere(partial, releasedPath(file));
}

function releasedPath(file: string): string {
  return `${file}.partial`;
}

/** Whether a partial file's name has the id of a process of this machine that has ended. */
function writerIsGone(name: string): boolean {
  const [, start, id] = /^(.*)-(\d+)(?:-[0-9a-f]+){5}\.partial$/.exec(name) ?? [];
  if (start === undefined || !start.endsWith(`.${hostname()}`)) return false;
  try {
    process.kill(Number(id), 0); // sends nothing; fails when there is no such process
    return false;
  } catch (error) {
    return hasCode(error, 'ESRCH');
  }
}

async function isSilent(path: string): Promise<boolean> {
  const info = await stat(path).catch(() => undefined);
  return info !== undefined && Date.now() - info.mtimeMs > abandonedAfterMs;
}

async function renameIfThere(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false;
    throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
