import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Adapter, namedTensors } from '@legend-fl/adapter';
import { folderFiles } from '@legend-fl/adapter/node';
import { InputError } from '@legend-fl/base';
import { createAdapter } from '@legend-fl/lora';
import { loadTokenizer, openModel } from '@legend-fl/models';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TokenizedDataset, tokenizeExamples } from '../../batches/tokenized-dataset.ts';
import { Engine } from '../../engine.ts';
import { computeLogits } from '../../evaluate.ts';
import { type LocalTask, trainLocally } from '../../train-locally.ts';
import { nodeRuntime } from '../node-runtime.ts';
import type { TrunkCacheStatus } from '../trunk/trunk-folder.ts';
import { TrainerPool } from './trainer-pool.ts';

const modelFolder = fileURLToPath(new URL('../../../../../testdata/models/bert/', import.meta.url));
const settings = { modelFolder, classes: 3, seed: 5, threads: 1 };

describe('TrainerPool', () => {
  let pool: TrainerPool;
  let engine: Engine;
  let dataset: TokenizedDataset;
  let task: LocalTask;

  beforeAll(async () => {
    const model = await openModel(folderFiles(modelFolder), settings);
    engine = new Engine(model, nodeRuntime({ threads: 1 }));
    pool = new TrainerPool({ ...settings, workers: 2 });
    const words = ['a', 'film', 'the boat was late', 'nobody wrote', 'an awful script, and cold coffee'];
    const examples = Array.from({ length: 30 }, (_, index) => ({
      text: `${words[index % 5]} ${words[(index * 3) % 5]}`,
      label: index % 3,
    }));
    dataset = tokenizeExamples(await loadTokenizer(folderFiles(modelFolder)), examples, 64);
    const specification = { targets: ['query', 'value'], ranks: [2, 3, 4], alphas: [4, 6, 8] };
    task = {
      adapter: createAdapter(model.architecture, specification, model.head, 5),
      depth: 2,
      trunk: 'base',
      examples: [...examples.keys()],
      steps: 3,
      batchSize: 4,
      update: { optimizer: 'adamw', weightDecay: 0.01, maxGradNorm: 1 },
      learningRate: { peak: 1e-3, warmupSteps: 0 },
      firstStep: 0,
      seed: 9,
    };
  });
  afterAll(() => pool.close());

  test('trains to the same bits as the same task in this thread', async () => {
    const [here, there] = [await trainLocally(engine, dataset, task), await pool.train(dataset, task)];
    expect(there.losses).toEqual(here.losses);
    expect(bits(there.adapter)).toEqual(bits(here.adapter));
    expect(there.adapter.blocks.map((block) => block.size)).toEqual([0, 2, 2]);
    expect(pool.runtimeSeconds).toBeGreaterThan(0);
  });

  test('another seed gives other batches and so another result', async () => {
    const [first, second] = [
      await pool.train(dataset, task),
      await pool.train(dataset, { ...task, seed: 10 }),
    ];
    expect(bits(first.adapter)).not.toEqual(bits(second.adapter));
  });

  test('trains on merged weights that lie in memory shared with its workers', async () => {
    const data = new Float32Array(new SharedArrayBuffer(4 * 32 * 32)).fill(0.05);
    const deltas = new Map([['blocks.3.attention.self.key', { dims: [32, 32], data }]]);
    const merging = { ...task, merged: { version: 'shared', deltas } };
    const [here, there] = [await trainLocally(engine, dataset, merging), await pool.train(dataset, merging)];
    expect(bits(there.adapter)).toEqual(bits(here.adapter));
    expect(there.losses).not.toEqual((await pool.train(dataset, task)).losses);
  });

  test('evaluates in parts to the logits of one pass', async () => {
    const whole = await computeLogits(engine, dataset, task.adapter, [...dataset.labels.keys()]);
    const parts = await pool.logits(dataset, task.adapter);
    expect(parts).toHaveLength(whole.length);
    for (const [index, value] of whole.entries()) expect(parts[index]).toBeCloseTo(value, 5);
  });

  test('a loss that is no longer finite is reported as bad input, and the pool goes on', async () => {
    const diverging = { ...task, steps: 4, learningRate: { peak: 1e30, warmupSteps: 0 } };
    const failure = await pool.train(dataset, diverging).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(InputError);
    expect(failure).toMatchObject({ code: 'loss-not-finite' });
    expect((await pool.train(dataset, task)).losses).toHaveLength(3);
  });

  test.for([0, 4, 1.5])('depth %d of 3 blocks is refused', async (depth) => {
    await expect(pool.train(dataset, { ...task, depth })).rejects.toMatchObject({ code: 'depth-invalid' });
  });

  test('an abort in the middle of a task rejects all tasks with its reason, soon', async () => {
    const controller = new AbortController();
    const aborted = new TrainerPool({ ...settings, workers: 1, signal: controller.signal });
    await aborted.train(dataset, { ...task, steps: 1 });
    const endless = { ...task, steps: 1_000_000 };
    const waiting = [aborted.train(dataset, endless), aborted.train(dataset, endless)];
    setTimeout(() => controller.abort(new Error('the person has gone')), 50);
    const outcomes = await Promise.allSettled(waiting);
    expect(outcomes).toMatchObject(Array(2).fill({ reason: { message: 'the person has gone' } }));
    await expect(aborted.train(dataset, task)).rejects.toThrow('the person has gone');
    await aborted.close();
  });

  test('closing in the middle of a task ends it between two steps', async () => {
    const busy = new TrainerPool({ ...settings, workers: 2 });
    await busy.train(dataset, { ...task, steps: 1 });
    const failure = busy.train(dataset, { ...task, steps: 1_000_000 }).catch((error: unknown) => error);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await busy.close();
    expect(await failure).toMatchObject({ message: 'the pool was closed while it had work to do' });
  });

  describe('with cached trunks', () => {
    const newFolder = () => mkdtemp(join(tmpdir(), 'legend-trunk-'));
    const trainFour = (cached: TrainerPool) =>
      Promise.all(
        [1, 2, 3, 4].map((seed) =>
          cached.train(dataset, { ...task, seed, trunkCache: { elementType: 'f32' } }),
        ),
      );

    test('trains to the same bits whoever computed them, and workers share the folder', async () => {
      const disk = { folder: await newFolder(), bytes: 1e9 };
      const here = trainLocally(engine, dataset, { ...task, seed: 1, trunkCache: { elementType: 'f32' } });
      const results = [];
      for (const workers of [2, 1]) {
        const cached = new TrainerPool({ ...settings, workers, trunkCache: { memoryBytes: 1e9, disk } });
        results.push(await trainFour(cached));
        await cached.close();
      }
      const [first = [], second = []] = results;
      expect(first.map(({ adapter }) => bits(adapter))).toEqual(second.map(({ adapter }) => bits(adapter)));
      expect(bits((await here).adapter)).toEqual(bits((await trainFour(pool))[0]?.adapter ?? task.adapter));
      expect(bits((await here).adapter)).toEqual(bits(first[0]?.adapter ?? task.adapter));
      expect(second.reduce((sum, { trunkCounts }) => sum + trunkCounts.diskHits, 0)).toBeGreaterThan(0);
      expect(second.reduce((sum, { trunkCounts }) => sum + trunkCounts.misses, 0)).toBe(0);
    });

    test('tells once, for all workers, that the disk cannot be written, and goes on', async () => {
      const file = join(await newFolder(), 'file');
      await writeFile(file, '');
      const statuses: TrunkCacheStatus[] = [];
      const cached = new TrainerPool({
        ...settings,
        workers: 2,
        trunkCache: { memoryBytes: 1e9, disk: { folder: join(file, 'folder'), bytes: 1e9 } },
        onTrunkCacheStatus: (status) => statuses.push(status),
      });
      expect(await trainFour(cached)).toHaveLength(4);
      expect(statuses).toMatchObject([{ kind: 'disk-stopped', reason: 'write-failed' }]);
      await cached.close();
    });
  });

  test('a device without data is refused', async () => {
    await expect(pool.train(dataset, { ...task, examples: [] })).rejects.toMatchObject({
      code: 'examples-missing',
    });
  });
});

function bits(adapter: Adapter): Record<string, number[]> {
  return Object.fromEntries([...namedTensors(adapter)].map(([name, { data }]) => [name, [...data]]));
}
