import { execFile } from 'node:child_process';
import { appendFile, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sampleRun } from '../../run-folder/sample-run.fixture.ts';

/** A file of more rounds than fit into the heap of the process that reads it. */

const heapMegabytes = 64;
const devices = 2000;
const rounds = 70;

let folder: string;
let path: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'legend-large-'));
  path = join(folder, 'legend', 'rounds.jsonl');
  await mkdir(join(folder, 'legend'));
  const { summary, rounds: records } = sampleRun({ devices, rounds: 1, strategies: ['legend'] });
  const strategies = summary.strategies.map((strategy) => ({ ...strategy, rounds }));
  await writeFile(join(folder, 'summary.json'), JSON.stringify({ ...summary, strategies }));
  const [, rest = ''] = JSON.stringify(records.get('legend')?.[0]).split('{"round":1,');
  for (let round = 1; round <= rounds; round++) await appendFile(path, `{"round":${round},${rest}\n`);
  expect((await stat(path)).size).toBeGreaterThan(1e6 * heapMegabytes);
});
afterAll(() => rm(folder, { recursive: true }));

/** What a module prints that runs in a process with little heap. */
async function runInLittleHeap(script: string): Promise<string> {
  const flags = [`--max-old-space-size=${heapMegabytes}`, '--input-type=module', '--eval', script];
  return (await promisify(execFile)(process.execPath, flags)).stdout;
}

const urlOf = (module: string) => JSON.stringify(new URL(module, import.meta.url).href);

test('a report is drawn from it', async () => {
  const title = await runInLittleHeap(`
    import { renderReport } from ${urlOf('../render-report.ts')};
    import { readRuns } from ${urlOf('./read-runs.ts')};
    const page = renderReport(await readRuns([${JSON.stringify(folder)}]));
    console.log(page.match(/legend: .*? on average/)[0]);
  `);
  expect(title).toMatch(/^legend: 1 to 6 of 6 blocks, \d\.\d on average\n$/);
});

test('a run goes on from it', async () => {
  await appendFile(path, '{"round":1');
  const kept = await runInLittleHeap(`
    import { cutRounds } from ${urlOf('../../run-folder/rounds-file.ts')};
    import { figuresOf } from ${urlOf('../../run-folder/summarize-strategy.ts')};
    console.log((await cutRounds(${JSON.stringify(path)}, ${rounds}, figuresOf)).length);
  `);
  expect(kept).toBe(`${rounds}\n`);
});
