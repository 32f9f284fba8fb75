import { access, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { expectBadInput } from './testing/expect-bad-input.ts';
import { newFolder, runLegend } from './testing/run-legend.ts';

const host = { cpu: 'a CPU', cores: 2, memoryBytes: 8e9, os: 'linux', node: 'v24' };
const model = { id: 'tiny', sha256: 'f'.repeat(64), blocks: 3, hidden: 32 };
const data = { id: 'rows', train: 54, test: 6, classes: 3, partition: { kind: 'iid' } };

/** Finished runs of `legend`, which takes as many seconds per round as its seed, and `fedlora`, of twice as many. */
async function writeRun(folder: string, seed: number, rounds = 2): Promise<string> {
  const strategies = [
    { name: 'legend', seconds: seed },
    { name: 'fedlora', seconds: 2 * seed },
  ];
  const summaries = strategies.map(({ name, seconds }) => ({
    name,
    rounds: 2,
    finalAccuracy: 0.8,
    bestAccuracy: 0.8,
    targetAccuracy: 0.75,
    secondsToTarget: 2 * seconds,
    bytesToTarget: 400 * seconds,
    virtualSeconds: 2 * seconds,
    bytesUp: 300 * seconds,
    bytesDown: 100 * seconds,
    meanWaitingSeconds: 0,
    hostSeconds: 1,
  }));
  const config = { seed, fleet: 'boxes', devices: 1, rounds };
  await mkdir(folder, { recursive: true });
  await writeFile(
    join(folder, 'summary.json'),
    JSON.stringify({ formatVersion: 1, config, host, model, data, strategies: summaries }),
  );
  for (const { name, seconds } of strategies) {
    const lines = [1, 2].map((round) => JSON.stringify(roundOf(round, seconds)));
    await mkdir(join(folder, name));
    await writeFile(join(folder, name, 'rounds.jsonl'), `${lines.join('\n')}\n`);
  }
  return folder;
}

function roundOf(round: number, seconds: number) {
  const times = {
    seconds,
    forwardSeconds: seconds,
    backwardSeconds: 0,
    uploadSeconds: 0,
    downloadSeconds: 0,
  };
  return {
    round,
    virtualSeconds: round * seconds,
    roundSeconds: seconds,
    waitingSeconds: 0,
    accuracy: 0.4 * round,
    loss: 1,
    bytesUp: 150 * seconds,
    bytesDown: 50 * seconds,
    rankDistribution: [1, 2, 3],
    devices: [{ id: 'box-1', depth: 3, ranks: [1, 2, 3], ...times, examples: 54 }],
  };
}

let experiment: string;
beforeAll(async () => {
  experiment = join(await newFolder(), 'experiment');
  for (const seed of [1, 2, 3]) await writeRun(join(experiment, `seed-${seed}`), seed);
});

describe('report', () => {
  test('compares the seeds in a folder as one experiment, in a table and in one HTML file', async () => {
    const file = join(await newFolder(), 'comparison.html');
    const { code, stdout } = await runLegend('report', experiment, '--out', file);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^legend +2 +80\.0% +80\.0% +4\.00 s +0\.80 kB +0\.00 s +2\.0× +50\.0%$/m);
    expect(stdout).toMatch(/^ +±2\.00 +±0\.40$/m);
    expect(stdout).toContain('Means over 3 seeds ± standard deviation.');
    expect(stdout).not.toContain('\u001b');
    const page = await readFile(file, 'utf8');
    expect(page).toMatch(/^<!doctype html>/);
    expect(page).toContain('on average over 3 seeds');
  });

  test('tells runs apart that differ in more than the seed', async () => {
    const longer = await writeRun(join(await newFolder(), 'longer'), 4, 9);
    const { stdout } = await runLegend('report', experiment, longer);
    expect(stdout).toMatch(/^experiment +legend /m);
    expect(stdout).toMatch(/^longer +legend /m);
  });

  test('prints one JSON document, against the baseline asked for', async () => {
    const { stdout } = await runLegend('report', experiment, '--baseline', 'legend', '--json');
    expect(JSON.parse(stdout)).toMatchObject([
      { strategy: 'legend', seeds: [1, 2, 3], baseline: null, speedUp: null },
      { strategy: 'fedlora', baseline: 'legend', speedUp: { mean: 0.5, seeds: 3 } },
    ]);
  });

  test('reads time and traffic at another target', async () => {
    const { stdout } = await runLegend('report', experiment, '--target-accuracy', '0.7', '--json');
    expect(JSON.parse(stdout)).toMatchObject([
      { strategy: 'legend', targetAccuracy: 0.7, secondsToTarget: { seeds: 3 } },
      { strategy: 'fedlora', targetAccuracy: 0.7 },
    ]);
    const beyond = await runLegend('report', experiment, '--target-accuracy', '0.99', '--json');
    expect(JSON.parse(beyond.stdout)).toMatchObject([{ secondsToTarget: null }, { secondsToTarget: null }]);
  });

  test('writes results to keep, the same every time', async () => {
    const folders = [join(await newFolder(), 'results'), join(await newFolder(), 'results')];
    const texts: string[][] = [];
    for (const folder of folders) {
      expect((await runLegend('report', experiment, '--results', folder)).code).toBe(0);
      const names = (await readdir(folder)).sort();
      expect(names).toEqual(['accuracy.svg', 'results.json', 'table.md', 'to-target.svg']);
      texts.push(await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8'))));
    }
    expect(texts[0]).toEqual(texts[1]);
    expect(JSON.parse(texts[0]?.[1] ?? '').strategies[1].seeds[2]).toMatchObject({
      seed: 3,
      secondsToTarget: 12,
    });
  });
});

describe('report refuses', () => {
  test('a baseline that did not run, and writes nothing', async () => {
    const out = join(await newFolder(), 'page.html');
    expectBadInput(
      await runLegend(
        'report',
        experiment,
        '--baseline',
        'flora',
        '--out',
        out,
        '--results',
        `${out}-results`,
      ),
      /--baseline: expected one of legend, fedlora, got flora\./,
    );
    await expect(access(out)).rejects.toThrow('ENOENT');
    await expect(access(`${out}-results`)).rejects.toThrow('ENOENT');
  });

  test('to write the results of several experiments into one folder', async () => {
    const other = await writeRun(join(await newFolder(), 'other'), 1, 9);
    expectBadInput(
      await runLegend('report', experiment, other, '--results', join(await newFolder(), 'results')),
      /expected runs of one experiment, .*got 2 experiments: experiment; other/,
    );
  });
});
