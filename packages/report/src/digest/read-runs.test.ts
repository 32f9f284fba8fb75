import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { appendRound } from '@legend-fl/runs/node';
import { sampleRun } from '@legend-fl/runs/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readRuns } from './read-runs.ts';

let parent: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'legend-runs-'));
});
afterEach(() => rm(parent, { recursive: true }));

/** A run of one strategy; the summary may promise more rounds than there are. */
async function writeRounds(
  name: string,
  { devices = 3, promised = 2 }: { readonly devices?: number; readonly promised?: number } = {},
): Promise<string> {
  const { summary, rounds } = sampleRun({ devices, rounds: 2, strategies: ['legend'] });
  const strategies = summary.strategies.map((strategy) => ({ ...strategy, rounds: promised }));
  await mkdir(join(parent, name, 'legend'), { recursive: true });
  await writeFile(join(parent, name, 'summary.json'), JSON.stringify({ ...summary, strategies }));
  const path = join(parent, name, 'legend', 'rounds.jsonl');
  for (const record of rounds.get('legend') ?? []) await appendRound(path, record);
  return path;
}

async function writeRun(...path: readonly string[]): Promise<void> {
  const folder = join(parent, ...path);
  await mkdir(folder, { recursive: true });
  const { summary } = sampleRun({ devices: 1, rounds: 1 });
  await writeFile(join(folder, 'summary.json'), JSON.stringify({ ...summary, strategies: [] }));
}

test('a folder of run folders stands for them, in the order of their numbers', async () => {
  for (const name of ['seed-10', 'seed-2', 'seed-1']) await writeRun('exp', name);
  await mkdir(join(parent, 'exp', 'notes'));
  await writeFile(join(parent, 'exp', 'report.html'), '');
  await writeRun('single');
  const runs = await readRuns([join(parent, 'single'), join(parent, 'exp')]);
  expect(runs.map(({ name }) => name)).toEqual(['single', 'exp/seed-1', 'exp/seed-2', 'exp/seed-10']);
});

test('a run folder is read itself, whatever it holds', async () => {
  await writeRun('run');
  await writeRun('run', 'inner');
  expect((await readRuns([join(parent, 'run')])).map(({ name }) => name)).toEqual(['run']);
});

test.each(['missing', 'empty'])('a folder that is %s is no run', async (name) => {
  await mkdir(join(parent, 'empty'));
  await expect(readRuns([join(parent, name)])).rejects.toMatchObject({ code: 'run-folder-empty' });
});

test('a round that is being written does not count, and a damaged one is named by file and line', async () => {
  const path = await writeRounds('run');
  await appendFile(path, '{"round":3');
  const [run] = await readRuns([join(parent, 'run')]);
  expect(run?.rounds.get('legend')?.map(({ round }) => round)).toEqual([1, 2]);
  expect(run?.roster.size).toBe(3);
  await appendFile(path, '}\n');
  await expect(readRuns([join(parent, 'run')])).rejects.toThrow(`${path}:3: `);
});

test('the more rounds all runs have together, the fewer devices of each are kept', async () => {
  for (const name of ['a', 'b']) await writeRounds(name, { devices: 150, promised: 1250 });
  const mostShown = async (...names: readonly string[]) => {
    const runs = await readRuns(names.map((name) => join(parent, name)));
    const digests = runs.flatMap(({ rounds }) => rounds.get('legend') ?? []);
    return Math.max(...digests.map(({ devices }) => devices.length));
  };
  expect(await mostShown('a')).toBe(150);
  expect(await mostShown('a', 'b')).toBe(100);
});
