import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readRuns } from './read-runs.ts';
import { sampleRun } from './sample-run.fixture.ts';

let parent: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'legend-runs-'));
});
afterEach(() => rm(parent, { recursive: true }));

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
