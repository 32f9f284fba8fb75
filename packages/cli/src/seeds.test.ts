import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  labelledRows,
  newFolder,
  runLegend,
  startLegend,
  tinyModel,
  writeRows,
  writeTextFile,
} from './testing/run-legend.ts';

/** An experiment of two variants and two seeds. */

let settings: string[];
let whole: string;
beforeAll(async () => {
  const data = await writeRows(labelledRows(40, 1));
  const experiment = await writeTextFile(
    'experiment.yaml',
    `model: ${tinyModel}
data: ${data}
devices: 4
rounds: 3
seeds: [3, 5]
targetAccuracy: 0.01
stopAtTarget: false
local: { steps: 2, batchSize: 4, maxLength: 16 }
strategies:
  - legend
  - { name: small, strategy: legend, codec: int8, planner: optimal }
`,
  );
  settings = ['simulate', experiment];
  whole = join(await newFolder(), 'run');
  const ended = await runLegend(...settings, '--out', whole);
  expect(ended.code, ended.stderr).toBe(0);
  expect(ended.stderr).toMatch(/^seed 3$[\s\S]*^seed 5$/m);
  expect(ended.stdout).toContain(`report: ${join(whole, 'report.html')}`);
});

const linesOf = async (folder: string, seed: number, name: string) =>
  readFile(join(folder, `seed-${seed}`, name, 'rounds.jsonl'), 'utf8');

describe('an experiment with seeds', () => {
  test('is a run folder per seed and one report', async () => {
    expect((await readdir(whole)).sort()).toEqual(['report.html', 'seed-3', 'seed-5']);
    const summary = JSON.parse(await readFile(join(whole, 'seed-5', 'summary.json'), 'utf8'));
    expect(summary.config).toMatchObject({ seed: 5 });
    expect(summary.config).not.toHaveProperty('seeds');
    expect(summary.strategies).toMatchObject([
      { name: 'legend', rounds: 3, method: { name: 'legend' } },
      { name: 'small', rounds: 3, method: { name: 'legend', options: { planner: 'optimal' } } },
    ]);
  });

  test('goes on where it was interrupted, in whichever seed', async () => {
    const out = join(await newFolder(), 'run');
    const running = startLegend(...settings, '--out', out);
    let seen = '';
    running.child.stderr.on('data', (text: string) => {
      const before = seen;
      seen += text;
      const inSecond = /seed 5\n[\s\S]*^round +accuracy/m;
      if (inSecond.test(seen) && !inSecond.test(before)) running.child.kill('SIGINT');
    });
    expect((await running.ended).code).toBe(130);
    const resumed = await runLegend(...settings, '--out', out, '--resume');
    expect(resumed.code, resumed.stderr).toBe(0);
    for (const seed of [3, 5]) {
      for (const name of ['legend', 'small']) {
        expect(await linesOf(out, seed, name)).toBe(await linesOf(whole, seed, name));
      }
    }
  });

  test('is one ordinary run with --seed', async () => {
    const out = join(await newFolder(), 'run');
    const { code, stderr } = await runLegend(...settings, '--seed', '5', '--out', out);
    expect(code, stderr).toBe(0);
    expect(await readFile(join(out, 'small', 'rounds.jsonl'), 'utf8')).toBe(await linesOf(whole, 5, 'small'));
  });
});
