import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sampleRun } from '@legend-fl/runs/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { digestSamples } from '../digest/digest-samples.fixture.ts';
import { writeResults } from './write-results.ts';

let parent: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'legend-results-'));
});
afterEach(() => rm(parent, { recursive: true }));

const runs = digestSamples(
  ...[1, 2, 3].map((seed) => sampleRun({ name: `x/seed-${seed}`, seed, devices: 10, rounds: 40 })),
);

async function filesOf(...args: Parameters<typeof writeResults>): Promise<Map<string, string>> {
  await writeResults(...args);
  const names = (await readdir(args[0])).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(args[0], name), 'utf8')));
  return new Map(names.map((name, index) => [name, texts[index] ?? '']));
}

test('the files are small, and the same for the same runs in any order', async () => {
  const files = await filesOf(join(parent, 'a', 'b'), runs);
  expect([...files.keys()]).toEqual(['accuracy.svg', 'results.json', 'table.md', 'to-target.svg']);
  for (const text of files.values()) expect(text.length).toBeLessThan(100_000);
  expect(await filesOf(join(parent, 'other'), runs.toReversed())).toEqual(files);
});

test('results hold every seed, the mean over seeds, and every strategy against every other', async () => {
  const text = (await filesOf(parent, runs, { baseline: 'legend' })).get('results.json') ?? '';
  const results = JSON.parse(text);
  expect(results).toMatchObject({
    formatVersion: 1,
    seeds: [1, 2, 3],
    baseline: 'legend',
    model: { id: 'minilm-l6' },
    hosts: [{ cores: 2 }],
  });
  expect(results.config.seed).toBeUndefined();
  const [legend, fedlora] = results.strategies;
  expect(legend.seeds.map(({ seed }: { seed: number }) => seed)).toEqual([1, 2, 3]);
  const seconds = fedlora.seeds.map((seed: { secondsToTarget: number }) => seed.secondsToTarget);
  const reference = legend.seeds.map((seed: { secondsToTarget: number }) => seed.secondsToTarget);
  const ratios = reference.map((value: number, index: number) => value / seconds[index]);
  const mean = (ratios[0] + ratios[1] + ratios[2]) / 3;
  expect(fedlora.overSeeds.speedUp).toMatchObject({ mean: expect.closeTo(mean, 10), seeds: 3 });
  expect(results.comparisons.legend.fedlora.speedUp.mean).toBeCloseTo(mean, 10);
  expect(results.comparisons.fedlora.legend.seeds).toBe(3);
});

test('charts need neither scripts, nor style sheets, nor fonts, nor variables from elsewhere', async () => {
  const files = await filesOf(parent, runs);
  for (const name of ['accuracy.svg', 'to-target.svg']) {
    const svg = files.get(name) ?? '';
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    expect(svg).toContain('fill: #ffffff');
    expect(svg).not.toMatch(/var\(--|data-|<script|href=|url\(/);
  }
});

test('the Markdown table has a row per strategy, and names stay text', async () => {
  const hostile = 'a|b<c>*d*';
  const table = (
    await filesOf(
      parent,
      digestSamples(sampleRun({ strategies: [hostile, 'fedlora'], devices: 2, rounds: 3 })),
    )
  )
    .get('table.md')
    ?.split('\n');
  expect(table?.[1]).toMatch(/^\| --- \| ---: \|/);
  expect(table?.[2]).toContain('| a\\|b\\<c\\>\\*d\\* | 3 |');
  expect(table?.[3]).toMatch(/^\| fedlora \| 3 \|/);
});

test('runs of several experiments are refused, and nothing is written', async () => {
  const other = digestSamples(sampleRun({ devices: 4, rounds: 2 }));
  const folder = join(parent, 'none');
  await expect(writeResults(folder, [...runs, ...other])).rejects.toMatchObject({
    code: 'results-several-experiments',
    message: expect.stringContaining('got 2 experiments: x; sample'),
  });
  expect(await readdir(parent)).toEqual([]);
});
