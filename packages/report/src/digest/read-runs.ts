import { access, readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { readSummary, summaryFileName } from '@legend-fl/runs/node';
import { limitDevices } from './limit-devices.ts';
import { type Run, readRun } from './read-run.ts';

/**
 * The runs in these folders, in their order. A folder is a run folder, or holds run folders directly (`seed-1`,
 * `seed-2`, …), which are read in the order of their names and named after both. Throws like `readSummary` and
 * `readRun`.
 */
export async function readRuns(folders: readonly string[]): Promise<Run[]> {
  const found = (await Promise.all(folders.map(findRuns))).flat();
  const begun = await Promise.all(
    found.map(async (place) => ({ ...place, summary: await readSummary(place.path) })),
  );
  const limit = limitDevices(begun.flatMap(({ summary }) => summary.strategies));
  const runs: Run[] = [];
  // One after the other: a line of many devices is large.
  for (const { path, name, summary } of begun) runs.push({ ...(await readRun(path, summary, limit)), name });
  return runs;
}

interface RunPlace {
  readonly path: string;
  readonly name: string;
}

async function findRuns(folder: string): Promise<RunPlace[]> {
  const name = basename(resolve(folder));
  const inner = (await holdsRun(folder)) ? [] : await listInnerRuns(folder);
  // Nothing inside either: the error is the one for a folder that is no run.
  if (inner.length === 0) return [{ path: folder, name }];
  return inner.map((run) => ({ path: join(folder, run), name: `${name}/${run}` }));
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
