import { folderFiles } from '@legend/models/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectClose, testdataFolder } from '../golden.fixture.ts';
import { nodeRuntime } from '../node/node-runtime.ts';
import type { LocalTask } from '../train-locally.ts';
import { openTrainingPage, type TrainingPage, type TrainingWorker } from './browser-page.fixture.ts';
import { type ThreeSteps, trainThreeSteps } from './three-steps.fixture.ts';

const TOLERANCE = 1e-4;
/** WebGPU without a graphics card compiles each shader for seconds on a busy machine. */
const SOFTWARE_GRAPHICS_MS = 300_000;
const inNode = nodeRuntime({ threads: 1 });
const files = folderFiles(testdataFolder('models/bert'));

const cases: readonly [string, Partial<LocalTask>][] = [
  ['depth 1', { depth: 1 }],
  ['full depth', {}],
  ['depth 2 over the global trunk, in micro-batches', { depth: 2, trunk: 'global', microBatchSize: 3 }],
  ['depth 1 from a cached trunk', { depth: 1, trunk: 'global', trunkCache: { elementType: 'f16' } }],
  ['only factor B', { factors: 'B' }],
  ['activations kept as int8', { quantizedBlocks: 2 }],
  ['plain gradient descent', { update: { optimizer: 'sgd', weightDecay: 0.01, maxGradNorm: 0 } }],
];

describe('on a page that is isolated from other origins', () => {
  let page: TrainingPage;
  beforeAll(async () => {
    page = await openTrainingPage({ isolated: true });
  });
  afterAll(() => page.close());

  describe.for([
    { provider: 'wasm', threads: 2 },
    { provider: 'webgpu', threads: 1 },
  ] as const)('$provider', { timeout: SOFTWARE_GRAPHICS_MS }, (runtime) => {
    let worker: TrainingWorker;
    beforeAll(async () => {
      worker = await page.startWorker(runtime);
    });

    test.for(cases)('three steps of %s come to what they come to in Node', async ([, changes]) => {
      const { identity, result } = await trainOn(worker, changes);
      expect(identity).toContain(runtime.provider);
      expectEqualTraining(result, await trainThreeSteps(files, inNode, changes));
    });
  });
});

async function trainOn(worker: TrainingWorker, changes: Partial<LocalTask>) {
  const answer = await worker.train(changes);
  if (answer.kind === 'failed') throw new Error(answer.message);
  return answer;
}

function expectEqualTraining(actual: ThreeSteps, expected: ThreeSteps): void {
  expect(Object.keys(actual.tensors)).toEqual(Object.keys(expected.tensors));
  const close = (values: readonly number[] = [], others: readonly number[]) =>
    expectClose(Float32Array.from(values), others, TOLERANCE);
  close(actual.losses, expected.losses);
  close(actual.gradientNorms, expected.gradientNorms);
  for (const [name, data] of Object.entries(expected.tensors)) close(actual.tensors[name], data);
  close(actual.logits, expected.logits);
}
