import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { allRounds } from '../../testing/all-rounds.ts';
import { readSummary, summaryFileName } from './read-summary.ts';
import { createRunFolder, openRunFolder } from './run-folder.ts';
import { sampleRun } from '../../testing/sample-run.ts';
import { roundsPath } from './strategy-folder.ts';

let parent: string;
let path: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'legend-run-'));
  path = join(parent, 'runs', 'one');
});
afterEach(() => rm(parent, { recursive: true }));

const run = sampleRun({ devices: 3, rounds: 2 });
const begun = { ...run.summary, strategies: [] };

test('a run written to a folder is read back', async () => {
  const folder = await createRunFolder(path, begun);
  for (const [name, records] of run.rounds) {
    const strategy = await folder.strategy(name);
    for (const record of records) await strategy.appendRound(record);
  }
  await folder.writeSummary(run.summary);
  await folder.writeReport('<!doctype html>');
  folder.release();
  expect(await readSummary(path)).toEqual(run.summary);
  for (const [name, records] of run.rounds) expect(await allRounds(roundsPath(path, name))).toEqual(records);
  expect(await readFile(join(path, 'report.html'), 'utf8')).toBe('<!doctype html>');
  expect((await readdir(path)).sort()).toEqual(['.lock', 'fedlora', 'legend', 'report.html', 'summary.json']);
});

describe('beginning', () => {
  test('in a folder that holds a run is refused and leaves that run alone', async () => {
    (await createRunFolder(path, begun)).release();
    const other = { ...begun, config: { ...begun.config, seed: 8 } };
    await expect(createRunFolder(path, other)).rejects.toMatchObject({
      code: 'run-folder-taken',
      message: expect.stringContaining('Continue that run with --resume'),
    });
    expect(await readSummary(path)).toEqual(begun);
  });

  test('in a folder that holds something else is refused', async () => {
    await mkdir(path, { recursive: true });
    await writeFile(join(path, 'thesis.tex'), '');
    await expect(createRunFolder(path, begun)).rejects.toThrow('got one that holds thesis.tex');
  });

  test('where a file has the name is refused', async () => {
    await writeFile(join(parent, 'runs'), '');
    await expect(createRunFolder(path, begun)).rejects.toMatchObject({ code: 'run-folder-unusable' });
  });

  test('after a start that failed before its first summary works', async () => {
    await mkdir(path, { recursive: true });
    await writeFile(join(path, '.lock'), '');
    await writeFile(join(path, 'summary.json.tmp'), '{"formatVer');
    (await createRunFolder(path, begun)).release();
    expect(await readSummary(path)).toEqual(begun);
  });
});

describe('resuming', () => {
  test('the same run gives what was done so far', async () => {
    const first = await createRunFolder(path, begun);
    await first.writeSummary(run.summary);
    first.release();
    const again = await openRunFolder(path, begun);
    expect(again.summary).toEqual(run.summary);
    again.release();
  });

  test('a run of a version with options that are gone opens where they did nothing', async () => {
    const config = { ...begun.config, importance: 'learned', strategies: [{ name: 'a', trafficPrice: 0 }] };
    (await createRunFolder(path, { ...begun, config })).release();
    const wanted = { ...begun, config: { ...begun.config, strategies: [{ name: 'a' }] } };
    (await openRunFolder(path, wanted)).release();
    const other = { ...begun.config, importance: 'ranks' };
    await writeFile(join(path, summaryFileName), JSON.stringify({ ...begun, config: other }));
    await expect(openRunFolder(path, begun)).rejects.toMatchObject({
      code: 'run-folder-other-run',
      message: expect.stringContaining(
        'config: importance: expected no importance, an option that was removed',
      ),
    });
  });

  test('another run is refused with the first difference', async () => {
    (await createRunFolder(path, begun)).release();
    const other = { ...begun, config: { ...begun.config, seed: 8 } };
    await expect(openRunFolder(path, other)).rejects.toMatchObject({
      code: 'run-folder-other-run',
      message: `${path}: expected config.seed = 7 as in the run that the folder holds, got 8. Resume with the same settings, or choose another folder with --out.`,
    });
    (await openRunFolder(path, begun)).release();
  });

  test('where no run began is refused', async () => {
    await expect(openRunFolder(path, begun)).rejects.toMatchObject({ code: 'run-folder-empty' });
  });
});

describe('a summary that was changed', () => {
  beforeEach(async () => (await createRunFolder(path, begun)).release());

  test('to no JSON is named by line', async () => {
    await writeFile(join(path, 'summary.json'), '{\n  "formatVersion": 1,\n  "config": {\n');
    await expect(readSummary(path)).rejects.toThrow(/summary\.json:4: expected valid YAML or JSON/);
  });

  test('to another format is named by field', async () => {
    await writeFile(join(path, 'summary.json'), JSON.stringify({ ...begun, formatVersion: 2 }));
    await expect(readSummary(path)).rejects.toThrow(/summary\.json: formatVersion: expected one of 1, got 2/);
  });
});

describe('one folder', () => {
  test('whose lock an earlier version holds is refused, and free afterwards', async () => {
    (await createRunFolder(path, begun)).release();
    await writeFile(join(path, '.lock'), '');
    const earlier = new DatabaseSync(join(path, '.lock'), { timeout: 0 });
    earlier.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    await expect(openRunFolder(path, begun)).rejects.toMatchObject({
      code: 'run-folder-locked',
      message: `${path}: expected no other run to use it, got one that does. Wait until that run ends, stop it, or choose another folder with --out.`,
    });
    earlier.close();
    const folder = await openRunFolder(path, begun);
    const late = new DatabaseSync(join(path, '.lock'), { timeout: 0 });
    expect(() => late.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')).toThrow('database is locked');
    late.close();
    folder.release();
  });

  test('is not for two runs at a time', async () => {
    const first = await createRunFolder(path, begun);
    await expect(openRunFolder(path, begun)).rejects.toMatchObject({ code: 'run-folder-locked' });
    first.release();
    (await openRunFolder(path, begun)).release();
  });

  test('is free again when the process that wrote it was killed', async () => {
    const program = `
      import { createRunFolder } from ${JSON.stringify(new URL('./run-folder.ts', import.meta.url).href)};
      await createRunFolder(${JSON.stringify(path)}, ${JSON.stringify(begun)});
      console.log('held');
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
    await expect(openRunFolder(path, begun)).rejects.toMatchObject({ code: 'run-folder-locked' });
    child.kill('SIGKILL');
    await once(child, 'exit');
    (await openRunFolder(path, begun)).release();
  });
});

test.each(['../other', '', 'a/b', '.hidden'])('the strategy name %j names no folder', async (name) => {
  const folder = await createRunFolder(path, begun);
  await expect(folder.strategy(name)).rejects.toMatchObject({ code: 'strategy-name' });
  folder.release();
});
