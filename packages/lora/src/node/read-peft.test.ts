import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Adapter,
  decodeSafetensors,
  encodeSafetensors,
  type LoraModule,
  rankOf,
} from '@legend-fl/adapter';
import { folderFiles } from '@legend-fl/adapter/node';
import { type Architecture, readJsonObject, selectArchitecture } from '@legend-fl/models';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readPeftAdapter } from './read-peft.ts';

const testdata = new URL('../../../../testdata/', import.meta.url).pathname;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'legend-peft-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function architectureOf(model: string, classes: number): Promise<Architecture> {
  const { path, content } = await readJsonObject(folderFiles(join(testdata, 'models', model)), 'config.json');
  return selectArchitecture(content, classes, path);
}

/** LoRA modules by path inside the model. */
function loraOf({ blocks }: Adapter): [string, LoraModule][] {
  return blocks.flatMap((block, index) =>
    [...block].flatMap(([target, module]): [string, LoraModule][] =>
      module.kind === 'lora' ? [[`${index + 1}.${target}`, module]] : [],
    ),
  );
}

/** α of every module by path inside the model. */
function alphasOf(adapter: Adapter): Record<string, number> {
  return Object.fromEntries(loraOf(adapter).map(([path, { alpha }]) => [path, alpha]));
}

const goldens = [
  { name: 'bert-patterns', model: 'bert', classes: 3 },
  { name: 'bert-all-linear-rslora', model: 'bert', classes: 3 },
  { name: 'roberta-patterns', model: 'roberta-sharded', classes: 2 },
];

/** A copy of the golden bert-patterns that a test may damage. */
async function damaged(changes: Readonly<Record<string, unknown>>): Promise<string> {
  const copy = await mkdtemp(join(folder, 'damaged-'));
  await cp(join(testdata, 'peft', 'bert-patterns'), copy, { recursive: true });
  const { path, content } = await readJsonObject(folderFiles(copy), 'adapter_config.json');
  await writeFile(path, JSON.stringify({ ...content, ...changes }));
  return copy;
}

async function changeTensors(
  adapterFolder: string,
  change: (tensors: Map<string, { dims: readonly number[]; data: Float32Array }>) => void,
): Promise<void> {
  const path = join(adapterFolder, 'adapter_model.safetensors');
  const tensors = new Map(decodeSafetensors(await readFile(path), path).tensors);
  change(tensors);
  await writeFile(path, encodeSafetensors({ tensors }));
}

const QUERY_A = 'base_model.model.bert.encoder.layer.1.attention.self.query.lora_A.weight';

describe('readPeftAdapter', () => {
  test('honours ranks, alphas and layers by pattern', async () => {
    const architecture = await architectureOf('bert', 3);
    const adapter = await readPeftAdapter(join(testdata, 'peft', 'bert-patterns'), architecture);
    expect(adapter.blocks.map((block) => [...block].map(([name, module]) => [name, rankOf(module)]))).toEqual(
      [
        [],
        [
          ['attention.self.query', 2],
          ['attention.self.value', 4],
        ],
        [
          ['attention.self.query', 4],
          ['attention.self.value', 6],
        ],
      ],
    );
    expect(alphasOf(adapter)).toEqual({
      '2.attention.self.query': 6,
      '2.attention.self.value': 8,
      '3.attention.self.query': 8,
      '3.attention.self.value': 3,
    });
    expect([...adapter.head].map(([name, { dims }]) => [name, dims])).toEqual([
      ['classifier.weight', [3, 32]],
      ['classifier.bias', [3]],
    ]);
  });

  test('honours regular expressions', async () => {
    const architecture = await architectureOf('roberta-sharded', 2);
    const adapter = await readPeftAdapter(join(testdata, 'peft', 'roberta-patterns'), architecture);
    const ranks = adapter.blocks.map((block) => [...block.values()].map(rankOf));
    expect(ranks).toEqual([
      [1, 2],
      [2, 4],
      [2, 4],
    ]);
    expect(Object.values(alphasOf(adapter))).toEqual([2, 5, 2, 5, 2, 5]);
    expect(adapter.head.size).toBe(4);
  });

  test('turns a rank-stabilized scale into an alpha with the same effect', async () => {
    const architecture = await architectureOf('bert', 3);
    const adapter = await readPeftAdapter(join(testdata, 'peft', 'bert-all-linear-rslora'), architecture);
    expect([...(adapter.blocks[2]?.keys() ?? [])]).toEqual(architecture.linearMaps.map(({ name }) => name));
    for (const [, module] of loraOf(adapter)) {
      expect(module.alpha / rankOf(module)).toBeCloseTo(4 / Math.sqrt(3), 12);
    }
  });

  test.each(goldens)('reads every tensor of $name as it is', async ({ name, model, classes }) => {
    const architecture = await architectureOf(model, classes);
    const path = join(testdata, 'peft', name, 'adapter_model.safetensors');
    const stored = decodeSafetensors(await readFile(path), path).tensors;
    const adapter = await readPeftAdapter(join(testdata, 'peft', name), architecture);
    let found = 0;
    for (const [path, { a, b }] of loraOf(adapter)) {
      const [, block, target] = /^(\d+)\.(.+)$/.exec(path) ?? [];
      const module = `base_model.model.${architecture.blockPath(Number(block))}.${target}`;
      expect(a).toEqual(stored.get(`${module}.lora_A.weight`));
      expect(b).toEqual(stored.get(`${module}.lora_B.weight`));
      found += 2;
    }
    for (const [headName, tensor] of adapter.head) {
      expect(tensor).toEqual(stored.get(`base_model.model.${headName}`));
      found++;
    }
    expect(found).toBe(stored.size);
  });

  test.each([
    [{ peft_type: 'IA3' }, 'adapter-config-invalid'],
    [{ task_type: 'CAUSAL_LM' }, 'adapter-config-invalid'],
    [{ r: 0 }, 'adapter-config-invalid'],
    [{ bias: 'all' }, 'adapter-config-invalid'],
    [{ init_lora_weights: 'pissa' }, 'adapter-config-invalid'],
    [{ rank_pattern: { '(': 2 } }, 'adapter-config-invalid'],
    [{ use_dora: true }, 'adapter-unsupported'],
    [{ trainable_token_indices: [1] }, 'adapter-unsupported'],
    [{ rank_pattern: {} }, 'adapter-shape-mismatch'],
    [{ layers_to_transform: null }, 'adapter-tensor-missing'],
    [{ layers_to_transform: 2 }, 'adapter-tensor-unknown'],
    [{ exclude_modules: ['value'] }, 'adapter-tensor-unknown'],
    [{ modules_to_save: null }, 'adapter-tensor-unknown'],
  ])('refuses an adapter_config.json with %o', async (changes, code) => {
    const architecture = await architectureOf('bert', 3);
    await expect(readPeftAdapter(await damaged(changes), architecture)).rejects.toMatchObject({
      name: 'InputError',
      code,
    });
  });

  test('refuses tensors that are missing, too many, of another shape or not finite', async () => {
    const architecture = await architectureOf('bert', 3);
    const cases: [string, Parameters<typeof changeTensors>[1]][] = [
      ['adapter-tensor-missing', (tensors) => tensors.delete(QUERY_A)],
      [
        'adapter-tensor-unknown',
        (tensors) => {
          tensors.set('base_model.model.bert.pooler.dense.lora_A.weight', {
            dims: [1],
            data: new Float32Array(1),
          });
        },
      ],
      [
        'adapter-shape-mismatch',
        (tensors) => {
          tensors.set(QUERY_A, { dims: [32, 2], data: new Float32Array(64) });
        },
      ],
      [
        'adapter-not-finite',
        (tensors) => {
          tensors.set(QUERY_A, { dims: [2, 32], data: new Float32Array(64).fill(Number.NaN, 5, 6) });
        },
      ],
    ];
    for (const [code, change] of cases) {
      const adapterFolder = await damaged({});
      await changeTensors(adapterFolder, change);
      await expect(readPeftAdapter(adapterFolder, architecture)).rejects.toMatchObject({ code });
    }
  });

  test('refuses an adapter for another number of classes, and a missing or cut file', async () => {
    const adapterFolder = await damaged({});
    await expect(readPeftAdapter(adapterFolder, await architectureOf('bert', 2))).rejects.toThrow(
      'expected tensor base_model.model.classifier.weight of shape [2,32], got shape [3,32]',
    );
    const architecture = await architectureOf('bert', 3);
    const path = join(adapterFolder, 'adapter_model.safetensors');
    await writeFile(path, (await readFile(path)).subarray(0, -8));
    await expect(readPeftAdapter(adapterFolder, architecture)).rejects.toMatchObject({
      code: 'safetensors-truncated',
    });
    await rm(path);
    await expect(readPeftAdapter(adapterFolder, architecture)).rejects.toMatchObject({
      code: 'file-missing',
    });
  });
});
