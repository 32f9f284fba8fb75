import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Adapter, mapTensors, namedTensors } from '@legend-fl/adapter';
import { folderFiles } from '@legend-fl/adapter/node';
import { createAdapter } from '@legend-fl/lora';
import { type Model, openModel } from '@legend-fl/models';
import { describe, expect, test } from 'vitest';
import type { TokenizedDataset } from '../batches/tokenized-dataset.ts';
import { Engine } from '../engine.ts';
import { nodeRuntime } from '../node/node-runtime.ts';
import { TrunkFolder } from '../node/trunk/trunk-folder.ts';
import { type LocalResult, type LocalTask, trainLocally } from '../train-locally.ts';
import { TrunkCache } from './trunk-cache.ts';

const runtime = nodeRuntime({ threads: 1 });
/** Examples of many lengths, so that batches are padded. */
const lengths = [3, 9, 17, 5, 12, 8, 30, 2, 21, 7, 16, 4, 26, 11];
const rows = lengths.map((length, row) => Array.from({ length }, (_, at) => (31 * row + 7 * at) % 100));
const dataset = datasetOf(rows);
const examples = [...rows.keys()];

const open = (name: string): Promise<Model> =>
  openModel(folderFiles(fileURLToPath(new URL(`../../../../testdata/models/${name}/`, import.meta.url))), {
    classes: 2,
    seed: 1,
  });
const bert = await open('bert');

/** Two passes over the examples at depth 2 of 3, with an adapter whose every tensor counts. */
function taskFor(model: Model, changes: Partial<LocalTask> = {}): LocalTask {
  const specification = { targets: model.architecture.defaultTargets, ranks: [2, 3, 4], alphas: [4, 6, 8] };
  const fresh = createAdapter(model.architecture, specification, model.head, 5);
  return {
    adapter: shift(fresh, (name) => (name.endsWith('lora_B') ? 0.1 : 0)),
    depth: 2,
    trunk: 'base',
    trunkCache: { elementType: 'f32' },
    examples,
    steps: 8,
    batchSize: 4,
    update: { optimizer: 'adamw', weightDecay: 0.01, maxGradNorm: 1 },
    learningRate: { peak: 1e-3, warmupSteps: 0 },
    firstStep: 0,
    seed: 9,
    ...changes,
  };
}

describe.for(['bert', 'roberta-sharded', 'distilbert-bf16'])('%s', (name) => {
  test.for([
    ['base', 1],
    ['base', 2],
    ['global', 1],
    ['global', 2],
    ['global', 3],
  ] as const)(
    'from cached states, trunk %s and depth %d train as from tokens, within 1e-5',
    async ([trunk, depth]) => {
      const model = await open(name);
      const engine = new Engine(model, runtime);
      const task = taskFor(model, { trunk, depth });
      const plain = await trainLocally(engine, dataset, { ...task, trunkCache: undefined });
      const cached = await trainLocally(engine, dataset, task);
      expect(cached.trunkCounts.misses).toBe(depth === 3 ? 0 : lengths.length);
      expectClose(cached.losses, plain.losses);
      expectClose(cached.gradientNorms, plain.gradientNorms);
      const expected = namedTensors(plain.adapter);
      const actual = namedTensors(cached.adapter);
      expect([...actual.keys()]).toEqual([...expected.keys()]);
      for (const [key, { data }] of expected) expectClose(actual.get(key)?.data ?? [], data);
    },
  );
});

describe.for(['f32', 'f16'] as const)('in %s', (elementType) => {
  test('cold, warm, without room, from disk and on another engine give the same bits', async () => {
    const task = taskFor(bert, { trunk: 'global', trunkCache: { elementType } });
    const store = new TrunkFolder({ folder: await mkdtemp(join(tmpdir(), 'legend-trunk-')), bytes: 1e9 });
    const engine = new Engine(bert, runtime, new TrunkCache({ memoryBytes: 1e9, store }));
    const fromDisk = new Engine(await open('bert'), runtime, new TrunkCache({ memoryBytes: 0, store }));
    const noRoom = new Engine(bert, runtime, new TrunkCache({ memoryBytes: 0 }));
    const cold = await trainLocally(engine, dataset, task);
    const warm = await trainLocally(engine, dataset, task);
    const read = await trainLocally(fromDisk, dataset, task);
    const computed = await trainLocally(noRoom, dataset, task);
    const asked = cold.examples;
    const all = { memoryHits: 0, diskHits: 0, misses: 0, damaged: 0 };
    expect(cold.trunkCounts).toEqual({ ...all, misses: 14, memoryHits: asked - 14 });
    expect(warm.trunkCounts).toEqual({ ...all, memoryHits: asked });
    expect(read.trunkCounts).toEqual({ ...all, diskHits: asked });
    expect(computed.trunkCounts).toEqual({ ...all, misses: asked });
    for (const other of [warm, read, computed]) expect(bits(other)).toEqual(bits(cold));
  });

  test('what was computed for other batches, in another order, gives the same bits', async () => {
    const task = taskFor(bert, { trunkCache: { elementType } });
    const engine = new Engine(bert, runtime);
    await trainLocally(engine, dataset, { ...task, seed: 10, batchSize: 14, steps: 1 });
    const warm = await trainLocally(engine, dataset, task);
    expect(warm.trunkCounts.misses).toBe(0);
    expect(bits(warm)).toEqual(bits(await trainLocally(new Engine(bert, runtime), dataset, task)));
  });
});

test('time inside the runtime counts once, though the states of a batch are asked for together', async () => {
  const { seconds, runtimeSeconds } = await trainLocally(new Engine(bert, runtime), dataset, taskFor(bert));
  expect(runtimeSeconds).toBeGreaterThan(0);
  expect(runtimeSeconds).toBeLessThanOrEqual(seconds);
});

test('float16 changes the loss by less than a thousandth', async () => {
  const engine = new Engine(bert, runtime);
  const exact = await trainLocally(engine, dataset, taskFor(bert));
  const rounded = await trainLocally(engine, dataset, taskFor(bert, { trunkCache: { elementType: 'f16' } }));
  expect(rounded.losses).not.toEqual(exact.losses);
  for (const [step, loss] of exact.losses.entries()) {
    expect(Math.abs((rounded.losses[step] ?? Number.NaN) / loss - 1)).toBeLessThan(1e-3);
  }
});

test('gradients of micro-batches are summed from cached states too', async () => {
  const engine = new Engine(bert, runtime);
  const whole = await trainLocally(engine, dataset, taskFor(bert));
  const parts = await trainLocally(engine, dataset, taskFor(bert, { microBatchSize: 3 }));
  expectClose(parts.losses, whole.losses);
});

describe('states are computed anew', () => {
  const misses = async (before: LocalTask, after: LocalTask, data = dataset): Promise<number> => {
    const engine = new Engine(bert, runtime);
    await trainLocally(engine, dataset, before);
    const warm = await trainLocally(engine, data, after);
    const cold = await trainLocally(new Engine(bert, runtime), data, after);
    expect(bits(warm)).toEqual(bits(cold));
    return warm.trunkCounts.misses;
  };
  const base = taskFor(bert);
  const global = taskFor(bert, { trunk: 'global' });
  const changeBlock = (block: number) => ({
    ...global,
    adapter: shift(global.adapter, (name) => (name.startsWith(`blocks.${block}.`) ? 0.01 : 0)),
  });

  test('when the modules of the trunk’s blocks change, and only then', async () => {
    expect(await misses(global, changeBlock(1))).toBe(14);
    expect(await misses(global, changeBlock(2))).toBe(0);
    expect(await misses(global, { ...global, seed: 1 })).toBe(0);
  });

  test('when they begin to be applied; without any there is nothing to apply', async () => {
    expect(await misses(base, global)).toBe(14);
    const bare = {
      ...base.adapter,
      blocks: base.adapter.blocks.map((block, at) => (at < 1 ? new Map() : block)),
    };
    expect(await misses(base, { ...global, adapter: bare })).toBe(0);
    expect(await misses(base, { ...base, adapter: changeBlock(1).adapter })).toBe(0);
  });

  test('when merged weights of the trunk’s blocks change', async () => {
    const merged = (version: string, block: number) => ({
      version,
      deltas: new Map([
        [`blocks.${block}.attention.self.query`, { dims: [32, 32], data: new Float32Array(1024).fill(0.01) }],
      ]),
    });
    expect(await misses(base, { ...base, merged: merged('low', 1) })).toBe(14);
    expect(await misses(base, { ...base, merged: merged('high', 2) })).toBe(0);
  });

  test('at another depth or in another element type', async () => {
    expect(await misses(base, { ...base, depth: 1 })).toBe(14);
    expect(await misses(base, { ...base, trunkCache: { elementType: 'f16' } })).toBe(14);
  });

  test('for those examples of a dataset whose tokens or segments differ', async () => {
    expect(await misses(base, base, datasetOf(rows.toReversed()))).toBe(0);
    const ids = dataset.ids.slice();
    ids[1] = (ids[1] ?? 0) + 1;
    expect(await misses(base, base, { ...dataset, ids })).toBe(1);
    const typeIds = dataset.typeIds.slice();
    typeIds[1] = 1 - (typeIds[1] ?? 0);
    expect(await misses(base, base, { ...dataset, typeIds })).toBe(1);
  });

  test('for a model with other weights, though the disk has those of this one', async () => {
    const store = new TrunkFolder({ folder: await mkdtemp(join(tmpdir(), 'legend-trunk-')), bytes: 1e9 });
    const other: Model = {
      ...bert,
      read: async (name, dims) => {
        const tensor = await bert.read(name, dims);
        const changed = name.endsWith('layer.0.output.dense.bias');
        return changed ? { dims, data: tensor.data.map((value) => value + 0.01) } : tensor;
      },
    };
    const train = (model: Model) =>
      trainLocally(new Engine(model, runtime, new TrunkCache({ memoryBytes: 1e9, store })), dataset, base);
    expect((await train(bert)).trunkCounts.misses).toBe(14);
    expect((await train(other)).trunkCounts.misses).toBe(14);
    expect((await train(bert)).trunkCounts).toMatchObject({ misses: 0, diskHits: 14 });
  });
});

/** The examples of the given token ids; segment 1 from the middle on. */
function datasetOf(examples: readonly (readonly number[])[]): TokenizedDataset {
  const offsets = [0];
  for (const ids of examples) offsets.push((offsets.at(-1) ?? 0) + ids.length);
  return {
    ids: Int32Array.from(examples.flat()),
    typeIds: Uint8Array.from(examples.flatMap((ids) => ids.map((_, at) => (2 * at < ids.length ? 0 : 1)))),
    offsets: Int32Array.from(offsets),
    labels: Int32Array.from(examples, (_, index) => index % 2),
    truncated: 0,
  };
}

function shift(adapter: Adapter, by: (name: string) => number): Adapter {
  return mapTensors(adapter, (name, { dims, data }) => ({
    dims,
    data: data.map((value, index) => value + by(name) * Math.sin(index)),
  }));
}

function bits({ adapter, losses, gradientNorms }: LocalResult) {
  const tensors = [...namedTensors(adapter)].map(([name, { data }]) => [name, [...data]]);
  return { tensors, losses, gradientNorms };
}

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(actual.length).toBe(expected.length);
  for (let index = 0; index < expected.length; index++) {
    expect(Math.abs((actual[index] ?? Number.NaN) - (expected[index] ?? 0))).toBeLessThan(1e-5);
  }
}
