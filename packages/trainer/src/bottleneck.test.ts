import { readFileSync } from 'node:fs';
import { namedTensors, restoreAdapter, type Tensor } from '@legend-fl/adapter';
import { createBottlenecks } from '@legend-fl/lora';
import { describe, expect, test } from 'vitest';
import { computeLogits } from './evaluate.ts';
import {
  type Batch,
  batchIndices,
  datasetOf,
  expectClose,
  readTensors,
  testdataFolder,
} from './golden.fixture.ts';
import { gradients, newEngine, sentences, smallBert, stepOnSentences } from './small-bert.fixture.ts';
import { trainOnBatches } from './train-locally.ts';

/** What testdata/bottleneck/make.py writes. */
interface Golden {
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly maxGradNorm: number;
  readonly steps: readonly {
    readonly batch: number;
    readonly labels: readonly number[];
    readonly loss: number;
    readonly gradientNorm: number;
  }[];
}

const folder = testdataFolder('bottleneck');
const golden: Golden = JSON.parse(readFileSync(`${folder}golden.json`, 'utf8'));
const tensors = readTensors(`${folder}golden.safetensors`);
const { batches } = JSON.parse(readFileSync(`${testdataFolder('models/bert')}golden.json`, 'utf8')) as {
  batches: Batch[];
};
const dataset = datasetOf(
  golden.steps.map(({ batch }) => batches[batch] as Batch),
  golden.steps.map(({ labels }) => labels),
);
const engine = newEngine();

/** The tensors of one stage by their flat names. */
function stage(name: string): Map<string, Tensor> {
  const prefix = `${name}.`;
  return new Map(
    [...tensors].flatMap(([key, tensor]) =>
      key.startsWith(prefix) ? [[key.slice(prefix.length), tensor]] : [],
    ),
  );
}

describe('bottlenecks', () => {
  const adapter = restoreAdapter({ blocks: 3, tensors: stage('before'), alphas: {} }, 'golden');

  test('have the gradients of PyTorch within 1e-6', async () => {
    const actual = await gradients(engine, { adapter, depth: 2 });
    const expected = stage('grad');
    expect([...actual.keys()].sort()).toEqual([...expected.keys()].sort());
    for (const [name, tensor] of expected) expectClose(actual.get(name)?.data, tensor.data, 1e-6);
  });

  test.for([
    [1, 'after1', undefined],
    [3, 'after3', undefined],
    [3, 'after3', 2],
  ] as const)(
    'after %d steps are those of PyTorch within 1e-5 (%s, micro-batches of %s)',
    async ([steps, name, microBatchSize]) => {
      const result = await trainOnBatches(
        engine,
        dataset,
        {
          adapter,
          depth: 2,
          trunk: 'base',
          examples: [],
          steps,
          batchSize: 4,
          microBatchSize,
          update: {
            optimizer: 'adamw',
            weightDecay: golden.weightDecay,
            maxGradNorm: golden.maxGradNorm,
          },
          learningRate: { peak: golden.learningRate, warmupSteps: 0 },
          firstStep: 0,
          seed: 0,
        },
        batchIndices(golden.steps.map(({ labels }) => labels.length)).values(),
      );
      for (const [index, step] of golden.steps.slice(0, steps).entries()) {
        expect(result.losses[index]).toBeCloseTo(step.loss, 4);
        expect(result.gradientNorms[index]).toBeCloseTo(step.gradientNorm, 4);
      }
      const actual = namedTensors(result.adapter);
      for (const [key, tensor] of stage(name)) expectClose(actual.get(key)?.data, tensor.data, 1e-5);
    },
  );

  test('that are fresh change no logit, and then learn', async () => {
    const { architecture, head } = smallBert;
    const fresh = createBottlenecks(architecture, { widths: [0, 4, 6] }, head, 1);
    const bare = { blocks: fresh.blocks.map(() => new Map()), head };
    const [with_, without] = [
      await computeLogits(engine, sentences, fresh, [0, 1, 2]),
      await computeLogits(engine, sentences, bare, [0, 1, 2]),
    ];
    expect(with_).toEqual(without);
    const { adapter: moved } = await stepOnSentences(engine, { adapter: fresh });
    const logits = await computeLogits(engine, sentences, { ...moved, head }, [0, 1, 2]);
    expect(logits).not.toEqual(without);
  });
});
