import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Adapter, LoraModule, Tensor } from '@legend-fl/adapter';
import { openSafetensors } from '@legend-fl/adapter';
import { folderFiles } from '@legend-fl/adapter/node';
import { openModel } from '@legend-fl/models';
import { beforeEach, describe, expect, test } from 'vitest';
import { createAdapter } from './create-adapter.ts';
import { mergeAdapter } from './merge-adapter.ts';
import { writeMergedModel } from './node/write-merged-model.ts';

const modelFolder = (name: string) =>
  fileURLToPath(new URL(`../../../testdata/models/${name}/`, import.meta.url));
const model = await openModel(folderFiles(modelFolder('bert')), { seed: 1 });
const { architecture } = model;
const query = 'bert.encoder.layer.1.attention.self.query.weight';

/** Rank 2, alpha 6 on the query of block 2; the head has one value changed. */
function someAdapter(): Adapter<LoraModule> {
  const specification = { targets: ['query'], ranks: [2, 2, 2], alphas: [6, 6, 6] };
  const { blocks } = createAdapter(architecture, specification, model.head, 3);
  for (const { b } of blocks[1]?.values() ?? []) {
    for (const index of b.data.keys()) b.data[index] = ((index % 7) - 3) / 10;
  }
  const head = new Map([...model.head].map(([name, { dims, data }]) => [name, { dims, data: data.slice() }]));
  head.get('classifier.bias')?.data.set([42], 1);
  return { blocks: [new Map(), blocks[1] ?? new Map(), new Map()], head };
}

test('merging adds (α/r)·B·A to the targets, replaces the head and leaves the rest out', async () => {
  const adapter = someAdapter();
  const merged = await mergeAdapter(architecture, adapter, (name, dims) => model.read(name, dims));
  expect([...merged.keys()].sort()).toEqual([query, 'classifier.bias', 'classifier.weight'].sort());
  expect(merged.get('classifier.bias')?.data[1]).toBe(42);
  const base = await model.read(query, [32, 32]);
  const module = adapter.blocks[1]?.get('attention.self.query');
  if (!module) throw new Error('no module');
  for (let row = 0; row < 32; row++) {
    for (let column = 0; column < 32; column++) {
      let product = 0;
      for (let r = 0; r < 2; r++) {
        product += (module.b.data[row * 2 + r] ?? 0) * (module.a.data[r * 32 + column] ?? 0);
      }
      const expected = Math.fround((base.data[row * 32 + column] ?? 0) + (6 / 2) * product);
      expect(merged.get(query)?.data[row * 32 + column]).toBe(expected);
    }
  }
});

describe('writing a merged model', () => {
  let parent: string;
  let folder: string;
  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'legend-merged-'));
    folder = join(parent, 'merged');
  });

  test('gives the checkpoint with the merged parameters, and the classes’ names', async () => {
    const adapter = someAdapter();
    await writeMergedModel(folder, model, adapter, ['x', 'y', 'z']);
    const written = await openModel(folderFiles(folder), { seed: 9 });
    expect(written.newHead).toEqual([]);
    expect(written.head).toEqual(adapter.head);
    expect(written.config).toMatchObject({
      architectures: ['BertForSequenceClassification'],
      id2label: { 0: 'x', 1: 'y', 2: 'z' },
      label2id: { x: 0, y: 1, z: 2 },
      dtype: 'float32',
    });
    const merged = await mergeAdapter(architecture, adapter, (name, dims) => model.read(name, dims));
    for (const [name, tensor] of await model.readAll()) {
      const expected: Tensor = merged.get(name) ?? tensor;
      expect(await written.read(name, tensor.dims), name).toEqual(expected);
    }
    expect(await readdir(parent)).toEqual(['merged']);
  });

  test('of a headless half-precision checkpoint gives full names, a head and float32', async () => {
    const half = await openModel(folderFiles(modelFolder('bert-headless-f16')), { classes: 4, seed: 1 });
    const specification = {
      targets: ['query'],
      ranks: Array(half.architecture.blocks).fill(1),
      alphas: Array(half.architecture.blocks).fill(1),
    };
    const adapter = createAdapter(half.architecture, specification, half.head, 1);
    await writeMergedModel(folder, half, adapter, undefined);
    const file = await openSafetensors(folderFiles(folder), 'model.safetensors');
    const names = [...file.entries.keys()];
    expect(names.every((name) => name.startsWith('bert.') || name.startsWith('classifier.'))).toBe(true);
    const config = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8'));
    expect(config).toMatchObject({ dtype: 'float32', id2label: { 3: 'LABEL_3' } });
    expect((await openModel(folderFiles(folder), { seed: 2 })).newHead).toEqual([]);
  });

  test('into an empty folder works; when it fails nothing is left', async () => {
    await mkdir(folder);
    const broken = { ...model, readAll: () => Promise.reject(new Error('the disk is gone')) };
    await expect(writeMergedModel(folder, broken, someAdapter(), undefined)).rejects.toThrow(
      'the disk is gone',
    );
    expect(await readdir(parent)).toEqual(['merged']);
    expect(await readdir(folder)).toEqual([]);
    await writeMergedModel(folder, model, someAdapter(), undefined);
    expect(await readdir(folder)).toContain('model.safetensors');
  });

  test('never over a folder that holds something', async () => {
    await mkdir(folder);
    await writeFile(join(folder, 'thesis.tex'), 'all my work');
    await expect(writeMergedModel(folder, model, someAdapter(), undefined)).rejects.toThrow();
    expect(await readdir(folder)).toEqual(['thesis.tex']);
    expect(await readdir(parent)).toEqual(['merged']);
  });
});
