import { namedTensors } from '@legend-fl/adapter';
import { createBottlenecks } from '@legend-fl/lora';
import { expect, test } from 'vitest';
import { gradients, newEngine, smallBert, stepOnSentences, trainedLora } from './small-bert.fixture.ts';

const engine = newEngine();
const adapter = trainedLora([2, 3, 4]);

/** ‖actual - expected‖/‖expected‖ */
function relativeError(actual: Float32Array | undefined, expected: Float32Array): number {
  return (
    Math.hypot(...expected.map((value, at) => value - (actual?.[at] ?? Number.NaN))) / Math.hypot(...expected)
  );
}

test.for([
  { depth: 3, quantizedBlocks: 1, microBatchSize: undefined },
  { depth: 3, quantizedBlocks: 3, microBatchSize: undefined },
  { depth: 3, quantizedBlocks: 2, microBatchSize: 2 },
  { depth: 2, quantizedBlocks: 1, microBatchSize: undefined },
  { depth: 1, quantizedBlocks: 1, microBatchSize: undefined },
])(
  'int8 activations change gradients of their own blocks and below by at most 3 %: $depth, $quantizedBlocks, $microBatchSize',
  async ({ quantizedBlocks, ...task }) => {
    const exact = await gradients(engine, { adapter, ...task });
    const rough = await gradients(engine, { adapter, ...task, quantizedBlocks });
    const highest = 3 - task.depth + quantizedBlocks;
    expect([...rough.keys()]).toEqual([...exact.keys()]);
    const [{ losses }, step] = [
      await stepOnSentences(engine, { adapter, ...task }),
      await stepOnSentences(engine, { adapter, ...task, quantizedBlocks }),
    ];
    expect(step.losses).toEqual(losses);
    for (const [name, { data }] of exact) {
      const error = relativeError(rough.get(name)?.data, data);
      const block = Number(/^blocks\.(\d)/.exec(name)?.[1] ?? 4);
      expect(error, name).toBeLessThan(0.03);
      if (block <= highest) expect(error, name).toBeGreaterThan(1e-5);
      else expect(error, name).toBeLessThan(1e-5);
    }
  },
);

test('a block below everything that is trained keeps nothing, so that int8 changes nothing', async () => {
  const sparse = trainedLora([0, 3, 4]);
  const [exact, rough] = [
    await stepOnSentences(engine, { adapter: sparse, quantizedBlocks: 0 }),
    await stepOnSentences(engine, { adapter: sparse, quantizedBlocks: 1 }),
  ];
  expect(rough.losses).toEqual(exact.losses);
  expect(namedTensors(rough.adapter)).toEqual(namedTensors(exact.adapter));
});

test('int8 activations go with one factor, a tail penalty and merged weights', async () => {
  const delta = { dims: [32, 32], data: new Float32Array(32 * 32).fill(0.01) };
  const task = {
    adapter,
    factors: 'B',
    tailPenalty: { weight: 0.1, keptShare: 0.5 },
    merged: { version: 'all', deltas: new Map([['blocks.1.attention.self.key', delta]]) },
  } as const;
  const [exact, rough] = [
    await gradients(engine, task),
    await gradients(engine, { ...task, quantizedBlocks: 3 }),
  ];
  for (const [name, { data }] of exact) {
    if (name.endsWith('lora_B')) expect(relativeError(rough.get(name)?.data, data), name).toBeLessThan(0.03);
    else if (name.endsWith('lora_A')) expect(rough.get(name)?.data, name).toEqual(data);
  }
});

test('int8 activations go with bottlenecks', async () => {
  const { architecture, head } = smallBert;
  const bottlenecks = createBottlenecks(architecture, { widths: [4, 4, 6] }, head, 1);
  for (const block of bottlenecks.blocks) {
    for (const { up } of block.values()) for (const at of up.data.keys()) up.data[at] = 0.3 * Math.sin(at);
  }
  const exact = await gradients(engine, { adapter: bottlenecks });
  const rough = await gradients(engine, { adapter: bottlenecks, quantizedBlocks: 2 });
  for (const [name, { data }] of exact) {
    const error = relativeError(rough.get(name)?.data, data);
    expect(error, name).toBeLessThan(0.03);
    if (name.startsWith('blocks.1')) expect(error, name).toBeGreaterThan(1e-5);
  }
});
