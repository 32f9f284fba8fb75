import { execFileSync } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { expectBadInput } from './testing/expect-bad-input.ts';
import {
  labelledRows,
  newFolder,
  runLegend,
  tinyModel,
  writeRows,
  writeTextFile,
} from './testing/run-legend.ts';

/** Rows of which no two have the same text. */
const rows = [...new Map(labelledRows(300, 3).map((row) => [row.text, row])).values()].slice(0, 24);
let data: string;
beforeAll(async () => {
  data = await writeRows(rows);
});

/** Trains the topmost block, and says what came out and how. */
async function train(...options: readonly string[]) {
  const out = join(await newFolder(), 'adapter');
  const shape = ['--depth', '1', '--epochs', '2', '--batch-size', '8', '--threads', '1'];
  const ended = await runLegend(
    ...['train', '--model', tinyModel, '--data', data, '--out', out, ...shape, '--json', ...options],
  );
  expect(ended.code, ended.stderr).toBe(0);
  const adapter = await readFile(join(out, 'adapter_model.safetensors'), 'latin1');
  return { adapter, stderr: ended.stderr, ...JSON.parse(ended.stdout) };
}

describe('train --trunk-cache', () => {
  /** Filled by a first run. */
  let folder: string;
  let cold: Awaited<ReturnType<typeof train>>;
  beforeAll(async () => {
    folder = join(await newFolder(), 'states');
    cold = await train('--trunk-cache', folder);
  });

  test('computes every state once', async () => {
    expect(cold.trunkCache).toEqual({
      memoryHits: rows.length,
      diskHits: 0,
      misses: rows.length,
      damaged: 0,
    });
    expect(cold.stderr).toBe('');
    expect(await readdir(folder)).toHaveLength(rows.length);
  });

  test('of an earlier run gives the same adapter without computing a state', async () => {
    const warm = await train('--trunk-cache', folder);
    expect(warm.trunkCache).toEqual({
      memoryHits: rows.length,
      diskHits: rows.length,
      misses: 0,
      damaged: 0,
    });
    expect(warm.adapter).toBe(cold.adapter);
  });

  test('says in its last lines how many states came from it', async () => {
    const out = join(await newFolder(), 'adapter');
    const { stdout } = await runLegend(
      ...['train', '--model', tinyModel, '--data', data, '--out', out, '--depth', '1', '--threads', '1'],
      ...['--trunk-cache', folder],
    );
    const states = `${rows.length} of ${rows.length} hidden states (0 from memory, ${rows.length} from disk)`;
    expect(stdout).toContain(`\ntrunk cache: ${states}, 0 computed\nadapter: `);
  });

  test('with damaged files gives the same adapter, and says how many', async () => {
    const spoilt = join(await newFolder(), 'states');
    await train('--trunk-cache', spoilt);
    const [first = '', second = ''] = await readdir(spoilt);
    await writeFile(join(spoilt, first), '');
    const bytes = await readFile(join(spoilt, second));
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 2) ^ 1, bytes.length - 2);
    await writeFile(join(spoilt, second), bytes);
    const again = await train('--trunk-cache', spoilt);
    expect(again.trunkCache).toMatchObject({ diskHits: rows.length - 2, misses: 2, damaged: 2 });
    expect(again.adapter).toBe(cold.adapter);
    expect((await train('--trunk-cache', spoilt)).trunkCache).toMatchObject({ misses: 0, damaged: 0 });
  });

  test('keeps to its budget', async () => {
    const small = join(await newFolder(), 'states');
    const long = await writeRows(
      rows
        .slice(0, 10)
        .flatMap(({ text, label }) =>
          Array.from({ length: 50 }, (_, times) => ({ text: `${text}${' late'.repeat(times)}`, label })),
        ),
    );
    const options = ['--data', long, '--epochs', '1', '--trunk-cache-mb', '1'];
    const { trunkCache } = await train('--trunk-cache', small, ...options);
    const sizes = (await readdir(small)).map(async (name) => (await readFile(join(small, name))).length);
    const bytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
    expect(trunkCache).toMatchObject({ misses: 500, memoryHits: 0 });
    expect(sizes.length).toBeLessThan(500);
    expect(bytes).toBeGreaterThan(0.5e6);
    expect(bytes).toBeLessThanOrEqual(1e6);
  });

  test('keeps rounded states apart from exact ones', async () => {
    const rounded = await train('--trunk-cache', folder, '--trunk-cache-type', 'f16');
    expect(rounded.trunkCache).toMatchObject({ diskHits: 0, misses: rows.length });
    expect(rounded.adapter).not.toBe(cold.adapter);
    const warm = await train('--trunk-cache', folder, '--trunk-cache-type', 'f16');
    expect(warm.trunkCache).toMatchObject({ diskHits: rows.length, misses: 0 });
    expect(warm.adapter).toBe(rounded.adapter);
  });

  test('that cannot be made trains on to the same adapter, with one line of warning', async () => {
    const file = await writeTextFile('file', '');
    const unmade = join(file, 'states');
    const { stderr, trunkCache, adapter } = await train('--trunk-cache', unmade);
    expect(stderr).toMatch(
      /^warning: the trunk cache .*file\/states is switched off: ENOTDIR.*; the run continues\n$/,
    );
    expect(trunkCache).toMatchObject({ diskHits: 0, misses: rows.length, damaged: 0 });
    expect(adapter).toBe(cold.adapter);
  });

  test.skipIf(!canMount())(
    'on a full disk trains on to the same adapter, with one line of warning',
    async () => {
      const disk = await newFolder();
      execFileSync('/bin/mount', ['-t', 'tmpfs', '-o', 'size=8k', 'tmpfs', disk]);
      onTestFinished(() => void execFileSync('/bin/umount', [disk]));
      const { stderr, trunkCache, adapter } = await train('--trunk-cache', disk);
      expect(stderr).toBe(
        `warning: the trunk cache ${disk} is switched off: the disk is full; the run continues\n`,
      );
      expect(trunkCache.misses).toBe(rows.length);
      expect(adapter).toBe(cold.adapter);
    },
  );

  test('at full depth says that there is nothing to keep', async () => {
    const empty = join(await newFolder(), 'states');
    const { stderr, trunkCache } = await train('--trunk-cache', empty, '--depth', '3', '--epochs', '1');
    expect(stderr).toMatch(/^note: the trunk cache stays unused: at full depth no block is frozen/);
    expect(trunkCache).toEqual({ memoryHits: 0, diskHits: 0, misses: 0, damaged: 0 });
  });

  test('left out, nothing is cached', async () => {
    expect((await train()).trunkCache).toBeNull();
  });

  test('refuses a file in place of the folder, and options about no folder', async () => {
    const attempt = async (...options: string[]) =>
      runLegend(
        ...['train', '--model', tinyModel, '--data', data, '--out', join(await newFolder(), 'adapter')],
        ...options,
      );
    expectBadInput(await attempt('--trunk-cache', data), /rows\.jsonl: expected a folder, .* got a file\./);
    for (const about of [
      ['--trunk-cache-mb', '5'],
      ['--trunk-cache-type', 'f16'],
    ]) {
      expectBadInput(await attempt(...about), new RegExp(`${about[0]}: .* got no --trunk-cache\\.`));
    }
  });
});

describe('simulate --trunk-cache', () => {
  const simulate = async (experiment: string, ...options: readonly string[]) => {
    const out = join(await newFolder(), 'run');
    const ended = await runLegend('simulate', experiment, '--out', out, '--workers', '1', ...options);
    expect(ended.code, ended.stderr).toBe(0);
    const files = ['rounds.jsonl', 'adapter/adapter_model.safetensors'].map((file) =>
      readFile(join(out, 'legend', file), 'latin1'),
    );
    return { stderr: ended.stderr, results: await Promise.all(files) };
  };
  const writeExperiment = async (more: string) => {
    const device = { forwardSecondsPerBlock: 0.01, backwardSecondsPerBlock: 0.05, memoryBytes: 1e9 };
    const link = { uploadBytesPerSecond: 1e6, downloadBytesPerSecond: 1e6 };
    const slow = {
      ...device,
      ...link,
      forwardSecondsPerBlock: 0.1,
      backwardSecondsPerBlock: 0.5,
      id: 'slow',
    };
    const devices = [{ ...device, ...link, id: 'fast' }, slow];
    const fleet = await writeTextFile('fleet.json', JSON.stringify({ devices }));
    const local = '{ steps: 4, batchSize: 4, maxLength: 16 }';
    return writeTextFile(
      'experiment.yaml',
      `model: ${tinyModel}\ndata: ${data}\nfleet: ${fleet}\nrounds: 2\nstrategies: [legend]\nlocal: ${local}\n${more}`,
    );
  };

  test('takes the states of an earlier run, to the same results', async () => {
    const experiment = await writeExperiment('trunkCache: {}\n');
    const folder = join(await newFolder(), 'states');
    const cold = await simulate(experiment, '--trunk-cache', folder);
    const warm = await simulate(experiment, '--trunk-cache', folder);
    const share = /; (\d+)% of hidden states from the trunk cache\)$/m;
    expect(Number(share.exec(cold.stderr)?.[1])).toBeLessThan(100);
    expect(warm.stderr).toContain('; 100% of hidden states from the trunk cache)');
    expect(warm.results).toEqual(cold.results);
  });

  test('that cannot be made is one line of warning', async () => {
    const experiment = await writeExperiment('trunkCache: {}\n');
    const { stderr } = await simulate(experiment, '--trunk-cache', join(data, 'states'));
    expect(stderr.match(/^warning: .*$/gm)).toEqual([
      expect.stringContaining('rows.jsonl/states is switched off: ENOTDIR'),
    ]);
  });

  test('says when no strategy caches anything', async () => {
    const folder = join(await newFolder(), 'states');
    const { stderr } = await simulate(await writeExperiment(''), '--trunk-cache', folder);
    expect(stderr).toContain(`note: the trunk cache ${folder} stays unused: no strategy`);
  });

  test('refuses a file in place of the folder', async () => {
    expectBadInput(
      await runLegend('simulate', await writeExperiment(''), '--trunk-cache', data),
      /rows\.jsonl: expected a folder, .* got a file\./,
    );
  });
});

/** Only the superuser may make a small disk. */
function canMount(): boolean {
  return process.platform === 'linux' && process.getuid?.() === 0;
}
