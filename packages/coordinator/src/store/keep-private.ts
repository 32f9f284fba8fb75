import { chmod, realpath, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { parse } from 'node:path';

/** Rights of the group and of everybody else. */
const OTHERS = 0o077;
/** On a folder that everybody may write to, e.g. /tmp. */
const STICKY = 0o1000;

/** Whether other users of this machine can get at a file or folder. */
export type Privacy =
  | { readonly status: 'private' }
  /** They could, and cannot any more. */
  | { readonly status: 'tightened' }
  /** They still can. */
  | { readonly status: 'open'; readonly reason: string };

/** Takes a folder's rights from all but its owner; one that others need, or that is somebody else's, is left as it is. */
export async function keepFolderPrivate(folder: string): Promise<Privacy> {
  const path = await realpath(folder);
  const { mode, uid } = await stat(path);
  if (process.platform === 'win32' || (mode & OTHERS) === 0) return { status: 'private' };
  if ((mode & STICKY) !== 0 || path === parse(path).root || path === (await realHome())) {
    return { status: 'open', reason: 'it is not for a coordinator alone' };
  }
  if (uid !== process.getuid?.()) return { status: 'open', reason: 'it belongs to another user' };
  return tighten(path, 0o700);
}

/** The same of a file. One that there is none of is private. */
export async function keepFilePrivate(path: string): Promise<Privacy> {
  const found = await stat(path).catch(() => undefined);
  const isPrivate = found === undefined || (found.mode & OTHERS) === 0;
  return process.platform === 'win32' || isPrivate ? { status: 'private' } : tighten(path, 0o600);
}

async function tighten(path: string, mode: number): Promise<Privacy> {
  try {
    await chmod(path, mode);
    // Some file systems take any mode and keep their own.
    if (((await stat(path)).mode & OTHERS) !== 0)
      return { status: 'open', reason: 'its file system has no modes' };
    return { status: 'tightened' };
  } catch (error) {
    return { status: 'open', reason: (error as Error).message };
  }
}

function realHome(): Promise<string | undefined> {
  return realpath(homedir()).catch(() => undefined);
}
