import { availableParallelism } from 'node:os';
import { folderFiles } from '@legend-fl/adapter/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectClose, testdataFolder } from '../golden.fixture.ts';
import { nodeRuntime } from '../node/node-runtime.ts';
import type { LocalTask } from '../train-locally.ts';
import { openTrainingPage, type TrainingPage, type TrainingWorker } from './browser-page.fixture.ts';
import { type SentenceTraining, trainSentences } from './train-sentences.fixture.ts';

const TOLERANCE = 1e-4;
/** WebGPU without a graphics card compiles each shader for seconds on a busy machine. */
const SOFTWARE_GRAPHICS_MS = 300_000;
const inNode = nodeRuntime({ threads: 1 });
const files = folderFiles(testdataFolder('models/bert'));

const trainings = {
  'depth 1': { depth: 1 },
  'full depth': {},
  'depth 1 from a cached trunk': { depth: 1, trunk: 'global', trunkCache: { elementType: 'f16' } },
  'activations kept as int8': { quantizedBlocks: 2 },
  'depth 2 in micro-batches': { depth: 2, trunk: 'global', microBatchSize: 3 },
  'only factor B': { factors: 'B' },
  'plain gradient descent': { update: { optimizer: 'sgd', weightDecay: 0.01, maxGradNorm: 0 } },
} as const satisfies Record<string, Partial<LocalTask>>;

describe('on a page that is isolated from other origins', () => {
  let page: TrainingPage;
  beforeAll(async () => {
    page = await openTrainingPage({ isolated: true });
  });
  afterAll(() => page.close());

  describe.for([
    { provider: 'wasm', threads: 2, steps: [20, 200] },
    { provider: 'webgpu', threads: 1, steps: [4, 12] },
  ] as const)('$provider', { timeout: SOFTWARE_GRAPHICS_MS }, ({ provider, threads, steps: [few, many] }) => {
    let worker: TrainingWorker;
    beforeAll(async () => {
      worker = await page.startWorker({ provider, threads });
    });

    test.for(Object.entries(trainings))('three steps of %s are Node’s', async ([, changes]) => {
      const { identity, result } = await trainOn(worker, changes);
      expect(identity).toContain(provider);
      expectEqualTraining(result, await trainSentences(files, inNode, changes));
    });

    test(`after ${many} steps the runtime holds no more memory than after ${few}`, async () => {
      const { memoryBytes } = await trainOn(worker, { depth: 1, steps: many });
      expect(memoryBytes).toHaveLength(many);
      expect(memoryBytes[few - 1]).toBeGreaterThan(0);
      expect(memoryBytes[many - 1]).toBeLessThanOrEqual(memoryBytes[few - 1] ?? 0);
    });

    test('nothing of all this reached the console', () => {
      expect(page.consoleLines).toEqual([]);
    });

    test('a graph that is none is refused, with the reason', async () => {
      const answer = await worker.load([1, 2, 3]);
      expect(answer.kind).toBe('failed');
      expect(JSON.stringify(answer)).toMatch(/protobuf/i);
      page.consoleLines.splice(0);
    });
  });

  test('WebAssembly with all threads is chosen where WebGPU is made of software', async () => {
    const { identity, result } = await trainOn(await page.startWorker(), {});
    expect(identity).toMatch(/wasm, [0-9]+ threads/);
    expect(identity).toContain(`${availableParallelism()} threads`);
    expectEqualTraining(result, await trainSentences(files, inNode, {}));
  });
});

test('on a page without isolation, WebAssembly with one thread is chosen', async () => {
  const page = await openTrainingPage({ isolated: false });
  try {
    const { identity, result } = await trainOn(await page.startWorker(), {});
    expect(identity).toContain('wasm, 1 threads');
    expectEqualTraining(result, await trainSentences(files, inNode, {}));
  } finally {
    await page.close();
  }
});

async function trainOn(worker: TrainingWorker, changes: Partial<LocalTask>) {
  const answer = await worker.train(changes);
  if (answer.kind === 'failed') throw new Error(answer.message);
  return answer;
}

function expectEqualTraining(actual: SentenceTraining, expected: SentenceTraining): void {
  expect(Object.keys(actual.tensors)).toEqual(Object.keys(expected.tensors));
  const close = (values: readonly number[] = [], others: readonly number[]) =>
    expectClose(Float32Array.from(values), others, TOLERANCE);
  close(actual.losses, expected.losses);
  close(actual.gradientNorms, expected.gradientNorms);
  for (const [name, data] of Object.entries(expected.tensors)) close(actual.tensors[name], data);
  close(actual.logits, expected.logits);
}
