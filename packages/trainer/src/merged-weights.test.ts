import { absorbMerged, namedTensors, type Tensor } from '@legend-fl/adapter';
import { seededRandom } from '@legend-fl/base';
import type { Model } from '@legend-fl/models';
import { beforeAll, describe, expect, test } from 'vitest';
import { computeLogits } from './evaluate.ts';
import { expectClose } from './golden.fixture.ts';
import type { MergedWeights } from './merged-weights.ts';
import { newEngine, sentences, smallBert, stepOnSentences, trainedLora } from './small-bert.fixture.ts';

/** A change of spread 0.2 in shared memory, as a pool passes it to its workers. */
function sharedDelta(path: string, dims: readonly [number, number]): Tensor {
  const random = seededRandom(1, path);
  const data = new Float32Array(new SharedArrayBuffer(4 * dims[0] * dims[1]));
  for (const at of data.keys()) data[at] = 0.2 * (2 * random() - 1);
  return { dims, data };
}

const paths: [string, readonly [number, number]][] = [
  ['blocks.1.attention.self.query', [32, 32]],
  ['blocks.2.attention.self.query', [32, 32]],
  ['blocks.2.attention.self.value', [32, 32]],
  ['blocks.3.intermediate.dense', [64, 32]],
  ['blocks.3.output.dense', [32, 64]],
];
const deltas = new Map(paths.map(([path, dims]) => [path, sharedDelta(path, dims)]));
const merged: MergedWeights = { version: 'round 1', deltas };
const adapter = trainedLora([2, 3, 4]);

/** The model with the deltas in its own weights. */
const changedModel: Model = {
  ...smallBert,
  read: async (name, dims) => {
    const base = await smallBert.read(name, dims);
    const path = [...deltas.keys()].find((candidate) => name === weightName(candidate));
    const delta = path && deltas.get(path);
    return delta ? { dims, data: base.data.map((value, at) => value + (delta.data[at] ?? 0)) } : base;
  },
};

function weightName(path: string): string {
  const [, block, target] = /^blocks\.(\d)\.(.+)$/.exec(path) ?? [];
  return `${smallBert.architecture.blockPath(Number(block))}.${target}.weight`;
}

describe('training on merged weights', () => {
  const engine = newEngine();

  test.for([
    { depth: 1, microBatchSize: undefined },
    { depth: 2, microBatchSize: 2 },
    { depth: 3, microBatchSize: undefined },
  ])('is training a model that has them ($depth blocks, micro-batches of $microBatchSize)', async (task) => {
    const [here, there] = [
      await stepOnSentences(engine, { adapter, ...task, merged }),
      await stepOnSentences(newEngine(changedModel), { adapter, ...task }),
    ];
    expect(here.losses).toEqual(there.losses);
    expect(namedTensors(here.adapter)).toEqual(namedTensors(there.adapter));
    const without = await stepOnSentences(engine, { adapter, ...task });
    expect(without.losses).not.toEqual(here.losses);
  });

  test('takes the weights of each version anew, and none without one', async () => {
    const lossWith = async (version?: MergedWeights) =>
      (await stepOnSentences(engine, { adapter, merged: version })).losses[0];
    const half = new Map([...deltas].slice(0, 2));
    const whole = await lossWith(merged);
    const part = await lossWith({ version: 'round 2', deltas: half });
    expect(part).not.toBe(whole);
    expect(await lossWith({ version: 'round 2', deltas })).toBe(part);
    expect(await lossWith(merged)).toBe(whole);
    expect(await lossWith()).toBe((await stepOnSentences(newEngine(), { adapter })).losses[0]);
  });

  test.for([
    ['blocks.4.attention.self.query', [32, 32]],
    ['blocks.1.attention.self.quarry', [32, 32]],
    ['blocks.1.output.dense', [64, 32]],
  ] as const)('refuses a change of %s %s', async ([path, dims]) => {
    const wrong = { version: `wrong ${path}`, deltas: new Map([[path, sharedDelta(path, dims)]]) };
    await expect(stepOnSentences(engine, { adapter, merged: wrong })).rejects.toMatchObject({
      code: 'merged-weights-invalid',
    });
  });
});

describe('an adapter that absorbed merged weights', () => {
  let expected: Float32Array;
  beforeAll(async () => {
    expected = await computeLogits(newEngine(changedModel), sentences, adapter, [0, 1, 2]);
  });

  test('gives on the base the logits of the adapter on the changed model', async () => {
    const engine = newEngine();
    const absorbed = absorbMerged(adapter, deltas);
    const before = await computeLogits(engine, sentences, adapter, [0, 1, 2]);
    expect(Math.max(...before.map((value, at) => Math.abs(value - (expected[at] ?? 0))))).toBeGreaterThan(
      0.05,
    );
    expectClose(await computeLogits(engine, sentences, absorbed, [0, 1, 2]), expected, 1e-5);
  });
});
