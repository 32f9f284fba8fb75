import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { namedTensors, rankOf } from '@legend-fl/adapter';
import { folderFiles } from '@legend-fl/adapter/node';
import { readAdapterNotes, readPeftAdapter } from '@legend-fl/lora/node';
import { openModel } from '@legend-fl/models';
import { beforeAll, describe, expect, test } from 'vitest';
import { expectBadInput } from './testing/expect-bad-input.ts';
import {
  copyTinyModel,
  type Ended,
  labelledRows,
  newFolder,
  runLegend,
  tinyModel,
  writeRows,
} from './testing/run-legend.ts';

const { architecture } = await openModel(folderFiles(tinyModel), { classes: 3, seed: 0 });
const rows = labelledRows(48, 1);
let data: string;
/** An adapter that most tests share, and what training it printed. */
let adapter: string;
let trained: Ended;

const train = (out: string, ...options: string[]) =>
  runLegend('train', '--model', tinyModel, '--data', data, '--out', out, '--threads', '1', ...options);

beforeAll(async () => {
  data = await writeRows(rows);
  adapter = join(await newFolder(), 'nested', 'adapter');
  trained = await train(
    adapter,
    '--ranks',
    '2-4',
    '--epochs',
    '12',
    '--lr',
    '0.01',
    '--batch-size',
    '8',
    '--json',
  );
});

/** The logits that `eval --logits` writes. */
async function logitsOf(...options: string[]): Promise<readonly (readonly number[])[]> {
  const file = join(await newFolder(), 'logits.jsonl');
  const { code, stderr } = await runLegend('eval', '--data', data, '--logits', file, ...options);
  expect(code, stderr).toBe(0);
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line).logits);
}

const tensorsOf = async (folder: string) => namedTensors(await readPeftAdapter(folder, architecture));

describe('train', () => {
  test('prints one JSON document and nothing else to stdout, no escapes to stderr', () => {
    expect(trained.code, trained.stderr).toBe(0);
    expect(JSON.parse(trained.stdout)).toMatchObject({
      out: adapter,
      blocks: 3,
      depth: 3,
      steps: 72,
      examples: 576,
      firstLoss: expect.any(Number),
      lastLoss: expect.any(Number),
    });
    expect(trained.stderr).not.toContain('\u001b');
  });

  test('leaves PEFT’s two files and the notes', async () => {
    expect((await readdir(adapter)).sort()).toEqual([
      'adapter_config.json',
      'adapter_model.safetensors',
      'legend.json',
    ]);
    const config = JSON.parse(await readFile(join(adapter, 'adapter_config.json'), 'utf8'));
    expect(config).toMatchObject({
      peft_type: 'LORA',
      base_model_name_or_path: tinyModel,
      r: 4,
      lora_alpha: 8,
    });
    expect(await readAdapterNotes(adapter)).toMatchObject({
      classes: ['cold', 'old', 'warm'],
      maxLength: 64,
      model: { id: tinyModel },
    });
  });

  test('has learned: the model with the adapter labels its data rightly', async () => {
    const score = async (...options: string[]) => {
      const { stdout } = await runLegend('eval', '--model', tinyModel, '--data', data, '--json', ...options);
      return JSON.parse(stdout);
    };
    const [before, after] = [await score(), await score('--adapter', adapter)];
    expect(after).toMatchObject({ examples: 48, classes: ['cold', 'old', 'warm'] });
    expect(before.accuracy).toBeLessThan(0.7);
    expect(after.accuracy).toBeGreaterThan(0.9);
    expect(after.loss).toBeLessThan(before.loss);
  });

  test('goes on from an adapter: its ranks are kept, and below the depth every bit', async () => {
    const out = join(await newFolder(), 'adapter');
    const { code, stdout } = await train(out, '--init-adapter', adapter, '--depth', '1', '--steps', '2');
    expect(code).toBe(0);
    expect(stdout).toContain('depth 1 of 3');
    const [before, after] = [await tensorsOf(adapter), await tensorsOf(out)];
    expect([...after.keys()]).toEqual([...before.keys()]);
    for (const [name, { dims, data: values }] of before) {
      const moves = name.startsWith('blocks.3.') || name.startsWith('head.');
      expect(after.get(name)?.dims).toEqual(dims);
      expect(Buffer.compare(bytesOf(values), bytesOf(after.get(name)?.data)) === 0, name).toBe(!moves);
    }
    expect(await readAdapterNotes(out)).toEqual(await readAdapterNotes(adapter));
  });

  test('gives the same with micro-batches, and with the same seed', async () => {
    const outs = [];
    for (const options of [[], [], ['--micro-batch-size', '3']]) {
      const out = join(await newFolder(), 'adapter');
      const { code, stderr } = await train(
        out,
        '--optimizer',
        'sgd',
        '--lr',
        '0.1',
        '--steps',
        '3',
        '--batch-size',
        '8',
        ...options,
      );
      expect(code, stderr).toBe(0);
      outs.push(await tensorsOf(out));
    }
    const [whole, again, inParts] = outs;
    expect(again).toEqual(whole);
    for (const [name, { data: values }] of whole ?? []) {
      const parts = inParts?.get(name)?.data ?? [];
      for (const [index, value] of values.entries()) expect(parts[index], name).toBeCloseTo(value, 5);
    }
  });

  test('adapts all linear maps of the blocks it is told', async () => {
    const out = join(await newFolder(), 'adapter');
    const targets = architecture.linearMaps.map(({ name }) => name);
    await train(out, '--targets', targets.join(), '--depth', '2', '--ranks', '1,2,3', '--steps', '1');
    const { blocks } = await readPeftAdapter(out, architecture);
    expect(blocks.map((block) => [...block.keys()])).toEqual([[], targets, targets]);
    expect(blocks.map((block) => [...block.values()].map(rankOf))).toEqual([
      [],
      targets.map(() => 2),
      targets.map(() => 3),
    ]);
  });

  test('reads sentence pairs, and says how many were cut to the model’s length', async () => {
    const pairs = await writeRows([
      { text_a: 'the film was late', text_b: 'late '.repeat(80), label: 0 },
      { text_a: 'the film was late', text_b: 'she sent letters', label: 1 },
    ]);
    const out = join(await newFolder(), 'adapter');
    const { code, stderr } = await runLegend(
      'train',
      '--model',
      tinyModel,
      '--data',
      pairs,
      '--out',
      out,
      '--steps',
      '1',
    );
    expect(code).toBe(0);
    expect(stderr).toBe('note: 1 text was cut to 64 tokens\n');
    expect(await readAdapterNotes(out)).toMatchObject({ maxLength: 64 });

    const again = await runLegend('eval', '--model', tinyModel, '--adapter', out, '--data', pairs);
    expect(again).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^accuracy [\d.]+% {2}loss [\d.]+ {2}on 2 examples\n$/),
      stderr: 'note: 1 text was cut to 64 tokens\n',
    });
  });
});

describe('eval', () => {
  test('writes a line of index, label and logits per example, in the order of the input', async () => {
    const file = join(await newFolder(), 'logits.jsonl');
    await runLegend('eval', '--model', tinyModel, '--adapter', adapter, '--data', data, '--logits', file);
    const text = await readFile(file, 'utf8');
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map((line) => Object.keys(line))).toEqual(rows.map(() => ['index', 'label', 'logits']));
    expect(lines.map(({ index }) => index)).toEqual([...rows.keys()]);
    expect(lines.map(({ label }) => label)).toEqual(
      rows.map(({ label }) => ['cold', 'old', 'warm'].indexOf(label)),
    );
    for (const { logits } of lines) expect(logits.every(Number.isFinite) && logits.length === 3).toBe(true);
  });

  test('knows the adapter’s classes where the data has fewer, and refuses others', async () => {
    const fewer = await writeRows(rows.filter(({ label }) => label === 'warm'));
    const { stdout } = await runLegend(
      'eval',
      '--model',
      tinyModel,
      '--adapter',
      adapter,
      '--data',
      fewer,
      '--json',
    );
    expect(JSON.parse(stdout)).toMatchObject({ classes: ['cold', 'old', 'warm'], examples: 16 });

    const other = await writeRows([...rows, { text: 'a film', label: 'hot' }]);
    expectBadInput(
      await runLegend('eval', '--model', tinyModel, '--adapter', adapter, '--data', other),
      /line 49: expected one of the classes "cold", "old", "warm", got label "hot"/,
    );
  });

  test('refuses an adapter of another base', async () => {
    const other = await copyTinyModel();
    const weights = join(other, 'model.safetensors');
    const bytes = await readFile(weights);
    bytes.writeFloatLE(0.5, bytes.length - 4);
    await writeFile(weights, bytes);
    for (const args of [
      ['eval', '--data', data],
      ['export', '--out', join(await newFolder(), 'merged')],
      ['train', '--data', data, '--out', join(await newFolder(), 'adapter')],
    ]) {
      const option = args[0] === 'train' ? '--init-adapter' : '--adapter';
      expectBadInput(
        await runLegend(...args, '--model', other, option, adapter),
        /expected the model that the adapter was trained on, .*bert \(sha256 [0-9a-f]{12}…\)/,
      );
    }
  });

  test('takes the classes of an adapter without notes from its head, whatever labels the data has', async () => {
    const bare = await newFolder();
    for (const file of ['adapter_config.json', 'adapter_model.safetensors']) {
      await copyFile(join(adapter, file), join(bare, file));
    }
    const classes = (await readAdapterNotes(adapter))?.classes ?? [];
    const some = rows.filter(({ label }) => label !== classes[0]);
    const numbered = some.map(({ text, label }) => ({ text, label: classes.indexOf(label) }));
    const scoreOf = async (folder: string, file: string) => {
      const { code, stdout, stderr } = await runLegend(
        ...['eval', '--model', tinyModel, '--adapter', folder, '--data', file, '--json'],
      );
      expect(code, stderr).toBe(0);
      const { accuracy, loss } = JSON.parse(stdout);
      return { accuracy, loss };
    };
    const named = await scoreOf(adapter, await writeRows(some));
    expect(await scoreOf(bare, await writeRows(numbered))).toEqual(named);
  });

  test('refuses a folder without an adapter', async () => {
    expectBadInput(
      await runLegend('eval', '--model', tinyModel, '--adapter', await newFolder(), '--data', data),
      /adapter_model\.safetensors/,
    );
  });
});

describe('export', () => {
  let merged: string;
  beforeAll(async () => {
    merged = join(await newFolder(), 'nested', 'merged');
    const { code, stdout } = await runLegend(
      'export',
      '--model',
      tinyModel,
      '--adapter',
      adapter,
      '--out',
      merged,
    );
    expect(code).toBe(0);
    expect(stdout).toBe(`model: ${merged}\n`);
  });

  test('gives a model with the logits of model and adapter', async () => {
    const apart = await logitsOf('--model', tinyModel, '--adapter', adapter);
    const together = await logitsOf('--model', merged);
    expect(together).toHaveLength(apart.length);
    for (const [index, row] of apart.entries()) {
      for (const [place, value] of row.entries()) {
        expect(Math.abs((together[index]?.[place] ?? Number.NaN) - value)).toBeLessThan(1e-4);
      }
    }
  });

  test('gives a model that knows its classes where the data has fewer', async () => {
    const fewer = await writeRows(rows.filter(({ label }) => label !== 'cold'));
    const { stdout, stderr } = await runLegend('eval', '--model', merged, '--data', fewer, '--json');
    expect(JSON.parse(stdout)).toMatchObject({ classes: ['cold', 'old', 'warm'], examples: 32 });
    expect(JSON.parse(stdout).accuracy).toBeGreaterThan(0.9);
    expect(stderr).toBe('');
  });

  test('names the classes in config.json and takes the tokenizer along', async () => {
    const config = JSON.parse(await readFile(join(merged, 'config.json'), 'utf8'));
    expect(config).toMatchObject({
      architectures: ['BertForSequenceClassification'],
      dtype: 'float32',
      id2label: { 0: 'cold', 1: 'old', 2: 'warm' },
      label2id: { cold: 0, old: 1, warm: 2 },
    });
    expect((await readdir(join(merged, '..'))).sort()).toEqual(['merged']);
    expect((await readdir(merged)).sort()).toEqual([
      'config.json',
      'model.safetensors',
      'tokenizer.json',
      'tokenizer_config.json',
    ]);
  });
});

function bytesOf(values: Float32Array = new Float32Array()): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
