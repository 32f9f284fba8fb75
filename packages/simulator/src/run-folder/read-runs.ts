import { access, readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { type Run, readRun } from './read-run.ts';
import { summaryFileName } from './read-summary.ts';

/**
 * The runs in these folders, in their order. A folder is a run folder, or holds run folders directly (`seed-1`,
 * `seed-2`, …), which are read in the order of their names and named after both. Throws like `readRun`.
 */
export async function readRuns(folders: readonly string[]): Promise<Run[]> {
  const runs = await Promise.all(folders.map(readFolder));
  return runs.flat();
}

async function readFolder(folder: string): Promise<Run[]> {
  if (await holdsRun(folder)) return [await readRun(folder)];
  const inner = await listInnerRuns(folder);
  // Nothing inside either: the error is the one for a folder that is no run.
  if (inner.length === 0) return [await readRun(folder)];
  const parent = basename(resolve(folder));
  return Promise.all(
    inner.map(async (name) => ({ ...(await readRun(join(folder, name))), name: `${parent}/${name}` })),
  );
}

/** Names of the direct sub-folders that hold a run, `seed-2` before `seed-10`. */
async function listInnerRuns(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const held = await Promise.all(folders.map((name) => holdsRun(join(folder, name))));
  const { compare } = new Intl.Collator('en', { numeric: true });
  return folders.filter((_, index) => held[index]).sort(compare);
}

async function holdsRun(folder: string): Promise<boolean> {
  return access(join(folder, summaryFileName)).then(
    () => true,
    () => false,
  );
}
