import { access, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { expectBadInput } from './testing/expect-bad-input.ts';
import {
  type Ended,
  labelledRows,
  newFolder,
  runLegend,
  startLegend,
  tinyModel,
  writeRows,
  writeTextFile,
} from './testing/run-legend.ts';

const devices = [1, 2, 4].map((slowness, index) => ({
  id: `box-${index + 1}`,
  forwardSecondsPerBlock: 0.01 * slowness,
  backwardSecondsPerBlock: 0.05 * slowness,
  uploadBytesPerSecond: 1e6,
  downloadBytesPerSecond: 1e6,
  memoryBytes: 1e9,
}));

let fleet: string;
let settings: string[];
/** A run that was never interrupted. */
let whole: string;
let ended: Ended;
beforeAll(async () => {
  const data = await writeRows(labelledRows(60, 1));
  fleet = await writeTextFile('fleet.json', JSON.stringify({ devices }));
  const experiment = await writeTextFile(
    'experiment.yaml',
    `model: ${tinyModel}\ndata: ${data}\nfleet: ${fleet}\nrounds: 30\nlocal: { steps: 60, batchSize: 4, maxLength: 16 }\n`,
  );
  settings = ['simulate', experiment, '--rounds', '4', '--strategy', 'legend,fedlora'];
  whole = join(await newFolder(), 'run');
  ended = await runLegend(...settings, '--out', whole);
});

const resultsOf = (folder: string) =>
  Promise.all(
    ['legend', 'fedlora'].flatMap((strategy) =>
      ['rounds.jsonl', 'adapter/adapter_model.safetensors'].map((file) =>
        readFile(join(folder, strategy, file), 'latin1'),
      ),
    ),
  );

describe('simulate', () => {
  test('prints plain lines of rounds to stderr, and table and report to stdout', () => {
    expect(ended.code, ended.stderr).toBe(0);
    expect(`${ended.stdout}${ended.stderr}`).not.toContain('\u001b');
    const rounds = ended.stderr.split('\n').filter((line) => /^ +\d+ .*%.* MB|^ +\d+ .*%.* kB/.test(line));
    expect(rounds).toHaveLength(8);
    expect(ended.stderr).toMatch(/^legend: last round \(4 rounds, .*; workers \d+% inside ONNX Runtime\)$/m);
    expect(ended.stdout).toMatch(/^legend +4 /m);
    expect(ended.stdout).toMatch(/^fedlora +4 /m);
    expect(ended.stdout).toContain(`report: ${join(whole, 'report.html')}`);
  });

  test('takes the number of devices from the fleet file', async () => {
    const summary = JSON.parse(await readFile(join(whole, 'summary.json'), 'utf8'));
    expect(summary.config.devices).toBe(3);
  });

  test('stopped in the middle of a round ends with code 130, and --resume with the same result', async () => {
    const out = join(await newFolder(), 'run');
    const running = startLegend(...settings, '--out', out, '--workers', '1');
    let seen = '';
    running.child.stderr.on('data', (text: string) => {
      const before = seen;
      seen += text;
      const second = /^ +2 /m;
      if (second.test(seen) && !second.test(before)) running.child.kill('SIGINT');
    });
    const stopped = await running.ended;
    expect(stopped.code).toBe(130);
    expect(stopped.stdout).toBe('');
    expect(stopped.stderr.trimEnd().split('\n').at(-1)).toBe(
      `interrupted; continue with the same command and --out ${out} --resume`,
    );
    const begun = JSON.parse(await readFile(join(out, 'summary.json'), 'utf8'));
    expect(begun.strategies).toEqual([]);

    const resumed = await runLegend(...settings, '--out', out, '--resume', '--json');
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(resumed.stderr).toMatch(/^legend, from round [34]$/m);
    expect(JSON.parse(resumed.stdout).strategies).toMatchObject([
      { name: 'legend', rounds: 4 },
      { name: 'fedlora', rounds: 4 },
    ]);
    expect(await resultsOf(out)).toEqual(await resultsOf(whole));
  });

  test('refuses a folder that holds a run', async () => {
    const before = await readdir(whole);
    expectBadInput(
      await runLegend(...settings, '--out', whole),
      /got one that holds another run\. Continue that run with --resume/,
    );
    expect(await readdir(whole)).toEqual(before);
  });

  test('refuses to resume another run', async () => {
    expectBadInput(
      await runLegend(...settings, '--seed', '9', '--out', whole, '--resume'),
      /expected config\.seed = 1 as in the run that the folder holds, got 9/,
    );
  });

  test('refuses fewer examples than devices', async () => {
    const out = join(await newFolder(), 'run');
    expectBadInput(
      await runLegend(...settings, '--fleet', 'jetson-80', '--devices', '60', '--out', out),
      /expected at least one training example for each of 60 devices, got 54\./,
    );
    await expect(access(out)).rejects.toThrow('ENOENT');
  });
});

describe('plan', () => {
  const planOf = async (...options: string[]) => {
    const { code, stdout, stderr } = await runLegend(
      'plan',
      '--fleet',
      fleet,
      '--model',
      tinyModel,
      ...options,
    );
    expect(code, stderr).toBe(0);
    return stdout;
  };

  test('prints the plan as one JSON document', async () => {
    const plan = JSON.parse(await planOf('--json', '--ranks', '1-3', '--local-steps', '2'));
    expect(plan).toMatchObject({
      strategy: 'legend',
      blocks: 3,
      localSteps: 2,
      rankDistribution: [1, 2, 3],
      targetSeconds: expect.any(Number),
      roundSeconds: expect.any(Number),
      waitingSeconds: expect.any(Number),
    });
    for (const device of plan.devices) {
      expect(Object.keys(device)).toEqual(
        expect.arrayContaining(['id', 'depth', 'ranks', 'seconds', 'memoryBytes']),
      );
      expect(device.ranks).toEqual([1, 2, 3].slice(3 - device.depth));
      // One block is the least, in time or not.
      if (device.depth > 1) expect(device.seconds).toBeLessThanOrEqual(plan.targetSeconds);
    }
    expect(plan.devices.some(({ depth }: { depth: number }) => depth > 1)).toBe(true);
    const times = plan.devices.map(({ seconds }: { seconds: number }) => seconds);
    expect(plan.roundSeconds).toBe(Math.max(...times));
  });

  test('keeps every device within its memory, and says who is left out', async () => {
    const memories = [1e9, 330_000, 1000];
    const tight = await writeTextFile(
      'tight.json',
      JSON.stringify({
        devices: devices.map((device, index) => ({ ...device, memoryBytes: memories[index] })),
      }),
    );
    const options = [
      'plan',
      '--fleet',
      tight,
      '--model',
      tinyModel,
      '--batch-size',
      '4',
      '--max-length',
      '8',
    ];
    const plan = JSON.parse((await runLegend(...options, '--json')).stdout);
    expect(plan.devices.map(({ id }: { id: string }) => id)).toEqual(['box-1', 'box-2']);
    for (const [index, { memoryBytes }] of plan.devices.entries()) {
      expect(memoryBytes).toBeLessThanOrEqual(memories[index] ?? 0);
    }
    expect(plan.devices[1].depth).toBeLessThan(plan.devices[0].depth);
    const { stdout } = await runLegend(...options);
    expect(stdout).toMatch(/^box-3 +left out: training 1 block needs .* memory, it has 1\.0 kB$/m);
  });

  test('refuses a fleet in which no device can train a block', async () => {
    const none = await writeTextFile(
      'none.json',
      JSON.stringify({ devices: devices.map((device) => ({ ...device, memoryBytes: 1000 })) }),
    );
    expectBadInput(
      await runLegend('plan', '--fleet', none, '--model', tinyModel),
      /expected a device with .* memory, to train 1 block, got 3 devices, at most 1\.0 kB memory/,
    );
  });
});

test('bench measures this machine', async () => {
  const { code, stdout, stderr } = await runLegend(
    'bench',
    '--model',
    tinyModel,
    '--repeats',
    '1',
    '--batch-size',
    '2',
    '--tokens',
    '8',
    '--json',
  );
  expect(code, stderr).toBe(0);
  const figures = JSON.parse(stdout);
  expect(figures).toMatchObject({ blocks: 3, batchSize: 2, tokens: 8, rank: 8, threads: 1 });
  expect(figures.stepSeconds).toHaveLength(3);
  for (const name of [
    'forwardSecondsPerBlock',
    'tokensPerSecond',
    'examplesPerSecond',
    'peakFlops',
    'shareOfPeak',
    'peakMemoryBytes',
  ]) {
    expect(figures[name], name).toBeGreaterThan(0);
  }
});
