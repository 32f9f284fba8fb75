import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Adapter, AdapterModule, Tensor } from '@legend-fl/adapter';
import { decodeSafetensors, encodeSafetensors } from '@legend-fl/adapter';
import { folderFiles } from '@legend-fl/adapter/node';
import { openModel, readJsonObject } from '@legend-fl/models';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { createAdapter } from './create-adapter.ts';
import { createBottlenecks } from './create-bottlenecks.ts';
import { mergeAdapter } from './merge-adapter.ts';
import { readPeftAdapter, readPeftClasses } from './node/read-peft.ts';
import { writeMergedModel } from './node/write-merged-model.ts';
import { writePeftAdapter } from './node/write-peft.ts';

const modelFolder = fileURLToPath(new URL('../../../testdata/models/bert/', import.meta.url));
const model = await openModel(folderFiles(modelFolder), { seed: 1 });
const { architecture, head } = model;
const bottlenecks = createBottlenecks(architecture, { widths: [0, 2, 3] }, head, 1);

const parent = await mkdtemp(join(tmpdir(), 'legend-flat-'));
afterAll(() => rm(parent, { recursive: true }));
let folder: string;
beforeEach(async () => {
  folder = join(await mkdtemp(join(parent, 'adapter-')), 'written');
});

/** Writes the bottlenecks and changes one tensor of the file. */
async function writeChanged(change: (tensors: Map<string, Tensor>) => void): Promise<void> {
  await writePeftAdapter(folder, bottlenecks, architecture, { baseModel: null });
  const path = join(folder, 'adapter_model.safetensors');
  const tensors = new Map(decodeSafetensors(await readFile(path), path).tensors);
  change(tensors);
  await writeFile(path, encodeSafetensors({ tensors }));
}

describe('an adapter with bottlenecks', () => {
  test('is written so that it reads back identical, of a type that is not PEFT’s', async () => {
    await writePeftAdapter(folder, bottlenecks, architecture, { baseModel: 'org/name' });
    expect(await readPeftAdapter(folder, architecture)).toEqual(bottlenecks);
    expect(await readPeftClasses(folder, architecture)).toBe(3);
    expect((await readJsonObject(folderFiles(folder), 'adapter_config.json')).content).toEqual({
      peft_type: 'LEGEND_BOTTLENECK',
      task_type: 'SEQ_CLS',
      base_model_name_or_path: 'org/name',
      blocks: 3,
      alphas: {},
    });
  });

  test('keeps the LoRA that stands beside them', async () => {
    const lora = createAdapter(
      architecture,
      { targets: ['query'], ranks: [1, 2, 0], alphas: [3, 4, 0] },
      head,
      1,
    );
    const mixed: Adapter = {
      blocks: lora.blocks.map(
        (block, index) => new Map<string, AdapterModule>([...block, ...(bottlenecks.blocks[index] ?? [])]),
      ),
      head,
    };
    await writePeftAdapter(folder, mixed, architecture, { baseModel: null });
    expect(await readPeftAdapter(folder, architecture)).toEqual(mixed);
  });

  test('cannot be merged; nothing is left of the attempt', async () => {
    const refusal = { name: 'InputError', code: 'adapter-not-mergeable' };
    const read = (name: string, dims: readonly number[]) => model.read(name, dims);
    await expect(mergeAdapter(architecture, bottlenecks, read)).rejects.toMatchObject(refusal);
    await expect(writeMergedModel(folder, model, bottlenecks, undefined)).rejects.toMatchObject(refusal);
    await expect(readFile(join(folder, 'config.json'))).rejects.toThrow('ENOENT');
  });

  test('of another model is not written', async () => {
    const other = { ...architecture, linearMaps: architecture.linearMaps.slice(0, 4) };
    await expect(writePeftAdapter(folder, bottlenecks, other, { baseModel: null })).rejects.toBeInstanceOf(
      RangeError,
    );
  });

  test.for([
    ['lacks a tensor', 'blocks.3.output.dense.up_bias', undefined, 'adapter-tensors'],
    ['has one too many', 'blocks.3.output.dense.sideways', [1], 'adapter-tensors'],
    ['has one of another shape', 'blocks.3.output.dense.up', [3, 32], 'adapter-shape-mismatch'],
    ['has a head of another shape', 'head.classifier.bias', [2], 'adapter-shape-mismatch'],
    ['has a number that is none', 'blocks.2.output.dense.down', [2, 32], 'adapter-not-finite'],
  ] satisfies [string, string, number[] | undefined, string][])(
    'that %s is refused',
    async ([, name, dims, code]) => {
      await writeChanged((tensors) => {
        if (!dims) tensors.delete(name);
        else
          tensors.set(name, {
            dims,
            data: new Float32Array(dims.reduce((a, b) => a * b, 1)).fill(Number.NaN),
          });
        if (dims && code !== 'adapter-not-finite') tensors.get(name)?.data.fill(0);
      });
      await expect(readPeftAdapter(folder, architecture)).rejects.toMatchObject({ name: 'InputError', code });
    },
  );

  test('whose configuration is damaged is refused', async () => {
    await writePeftAdapter(folder, bottlenecks, architecture, { baseModel: null });
    const { path, content } = await readJsonObject(folderFiles(folder), 'adapter_config.json');
    await writeFile(path, JSON.stringify({ ...content, blocks: 'three' }));
    await expect(readPeftAdapter(folder, architecture)).rejects.toMatchObject({
      code: 'adapter-config-invalid',
    });
  });
});
