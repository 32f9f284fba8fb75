import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { namedTensors } from '@legend-fl/adapter';
import { folderFiles } from '@legend-fl/adapter/node';
import { createAdapter } from '@legend-fl/lora';
import { openModel } from '@legend-fl/models';
import { describe, expect, test } from 'vitest';
import { type FineTuning, fineTune } from './fine-tune.ts';
import { nodeRuntime } from './node/node-runtime.ts';
import { type TrunkCacheStatus, TrunkFolder } from './node/trunk/trunk-folder.ts';

const folder = fileURLToPath(new URL('../../../testdata/models/bert/', import.meta.url));
const model = await openModel(folderFiles(folder), { classes: 2, seed: 1 });
const runtime = nodeRuntime({ threads: 1 });
const specification = { targets: ['query', 'value'], ranks: [2, 3, 4], alphas: [4, 6, 8] };
const examples = Array.from({ length: 32 }, (_, index) => ({
  text: `the film was ${index % 2 === 0 ? 'awful' : 'fresh'}`,
  label: index % 2,
}));

const tuning: FineTuning = {
  start: specification,
  depth: 3,
  duration: { steps: 30 },
  batchSize: 8,
  update: { optimizer: 'adamw', weightDecay: 0.01, maxGradNorm: 1 },
  learningRate: { peak: 0.01, warmupSteps: 0 },
  maxLength: 64,
  seed: 4,
};

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('fine-tuning', () => {
  test('lowers the loss on classes that can be told apart', async () => {
    const steps: number[] = [];
    const result = await fineTune(model, runtime, examples, {
      ...tuning,
      onStep: (step, total) => steps.push(step / total),
    });
    expect(result.losses).toHaveLength(30);
    expect(mean(result.losses.slice(-5))).toBeLessThan(0.2 * mean(result.losses.slice(0, 5)));
    expect(result).toMatchObject({ steps: 30, examples: 240, truncated: 0 });
    expect(steps[0]).toBeCloseTo(1 / 30, 12);
    expect(steps.at(-1)).toBe(1);
  });

  test('changes the top blocks and the head; below the depth every bit stays', async () => {
    const start = createAdapter(model.architecture, specification, model.head, 9);
    const before = namedTensors(start);
    const copies = new Map([...before].map(([name, { data }]) => [name, data.slice()]));
    const { adapter } = await fineTune(model, runtime, examples, {
      ...tuning,
      start,
      depth: 2,
      duration: { steps: 2 },
    });
    const after = namedTensors(adapter);
    expect([...after.keys()]).toEqual([...before.keys()]);
    for (const [name, data] of copies) {
      const stays = name.startsWith('blocks.1.');
      expect(
        Buffer.from(data.buffer).equals(Buffer.from(Float32Array.from(after.get(name)?.data ?? []).buffer)),
        name,
      ).toBe(stays);
      // The adapter that it began with is left alone.
      expect(before.get(name)?.data).toEqual(data);
    }
  });

  test('makes LoRA only on the blocks that it trains', async () => {
    const { adapter } = await fineTune(model, runtime, examples, {
      ...tuning,
      depth: 1,
      duration: { steps: 1 },
    });
    expect(adapter.blocks.map((block) => block.size)).toEqual([0, 0, 2]);
  });

  test('passes over the data as often as asked, the odd batch included', async () => {
    const { steps, examples: seen } = await fineTune(model, runtime, examples.slice(0, 10), {
      ...tuning,
      depth: 1,
      duration: { epochs: 3 },
    });
    expect({ steps, seen }).toEqual({ steps: 6, seen: 30 });
  });

  test('counts the texts that it cuts, to the model’s length at most', async () => {
    const long = { text: 'late '.repeat(100), label: 0 };
    const { truncated } = await fineTune(model, runtime, [...examples, long], {
      ...tuning,
      depth: 1,
      duration: { steps: 1 },
      maxLength: 512,
    });
    expect(truncated).toBe(1);
  });

  test('keeps hidden states where it is told, and tells when it cannot', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'legend-trunk-'));
    const statuses: TrunkCacheStatus[] = [];
    const cached = (disk: string): FineTuning => ({
      ...tuning,
      depth: 1,
      duration: { epochs: 1 },
      trunkCache: {
        elementType: 'f32',
        store: new TrunkFolder({ folder: disk, bytes: 1e9 }, (status) => statuses.push(status)),
      },
    });
    const two = examples.slice(0, 2);
    const cold = await fineTune(model, runtime, two, cached(folder));
    const warm = await fineTune(model, runtime, two, cached(folder));
    expect(cold.trunkCounts).toMatchObject({ diskHits: 0, misses: 2 });
    expect(warm.trunkCounts).toMatchObject({ diskHits: 2, misses: 0 });
    expect(warm.losses).toEqual(cold.losses);
    expect(statuses).toEqual([]);
    const file = join(folder, 'file');
    await writeFile(file, '');
    expect((await fineTune(model, runtime, two, cached(join(file, 'folder')))).losses).toEqual(cold.losses);
    expect(statuses).toMatchObject([{ kind: 'disk-stopped', reason: 'write-failed' }]);
  });

  test.for([0, 4])('refuses depth %d of 3 blocks', async (depth) => {
    await expect(fineTune(model, runtime, examples, { ...tuning, depth })).rejects.toMatchObject({
      code: 'depth-invalid',
    });
  });
});
