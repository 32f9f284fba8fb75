import { type Adapter, type LocalTraining, namedTensors } from '@legend-fl/adapter';
import { createAdapter, createBottlenecks } from '@legend-fl/lora';
import { describe, expect, test } from 'vitest';
import { expectClose } from './golden.fixture.ts';
import { checkLocalTraining, keptRanks } from './local-training.ts';
import { gradients, newEngine, smallBert, stepOnSentences, trainedLora } from './small-bert.fixture.ts';

const engine = newEngine();
const adapter = trainedLora([2, 3, 4]);

describe.for(['A', 'B'] as const)('training only %s', (factors) => {
  const other = factors === 'A' ? 'lora_B' : 'lora_A';

  test.for([undefined, 2])('moves it as training both does (micro-batches of %s)', async (microBatchSize) => {
    const both = await gradients(engine, { adapter, depth: 2 });
    const one = await gradients(engine, { adapter, depth: 2, factors, microBatchSize });
    expect([...one.keys()]).toEqual([...both.keys()]);
    for (const [name, { data }] of both) {
      if (name.endsWith(other)) expect(one.get(name)?.data).toEqual(new Float32Array(data.length));
      else expectClose(one.get(name)?.data, data, microBatchSize ? 1e-6 : 0.5e-7);
    }
  });

  test('leaves the other factor to the bit, under AdamW too, and builds no gradient for it', async () => {
    const update = { optimizer: 'adamw', weightDecay: 0.5, maxGradNorm: 1 } as const;
    const before = namedTensors(adapter);
    const { adapter: after } = await stepOnSentences(engine, { adapter, factors, update });
    for (const [name, { data }] of namedTensors(after)) {
      expect(data.every((value, index) => value === before.get(name)?.data[index])).toBe(
        name.endsWith(other),
      );
    }
    const { sites, headNames } = {
      sites: adapter.blocks.flatMap((block, index) =>
        [...block].map(([target, { kind }]) => ({ block: index + 1, target, kind })),
      ),
      headNames: [...adapter.head.keys()],
    };
    const specification = { sites, headNames, kind: 'step', depth: 3, update, accumulated: false } as const;
    const [whole, part] = [
      await engine.program(specification),
      await engine.program({ ...specification, factors }),
    ];
    expect(part.trained).toEqual(whole.trained.filter((name) => !name.endsWith(other)));
    const symbols = { batch: 4, seq: 8, rank_1: 2, rank_2: 2, rank_3: 2 };
    expect(part.matrixFlops(symbols)).toBeLessThan(whole.matrixFlops(symbols));
  });
});

describe('the tail penalty', () => {
  const tailPenalty = { weight: 0.25, keptShare: 0.5 };

  /** ∂/∂A and ∂/∂B of weight·‖A[keep:, :]‖·‖B[:, keep:]‖, by flat name. */
  function expectedGradients(of: Adapter): Map<string, Float32Array> {
    const expected = new Map<string, Float32Array>();
    for (const [index, block] of of.blocks.entries()) {
      for (const [target, module] of block) {
        if (module.kind !== 'lora') continue;
        const { a, b } = module;
        const [rank = 0, columns = 0] = a.dims;
        const kept = keptRanks(rank, tailPenalty);
        const tailA = a.data.map((value, at) => (Math.floor(at / columns) < kept ? 0 : value));
        const tailB = b.data.map((value, at) => (at % rank < kept ? 0 : value));
        const [normA, normB] = [Math.hypot(...tailA), Math.hypot(...tailB)];
        const scale = (factor: number) => (value: number) => tailPenalty.weight * (value && value * factor);
        expected.set(`blocks.${index + 1}.${target}.lora_A`, tailA.map(scale(normB / normA)));
        expected.set(`blocks.${index + 1}.${target}.lora_B`, tailB.map(scale(normA / normB)));
      }
    }
    return expected;
  }

  test.for([undefined, 2])(
    'adds its own gradient, once per step (micro-batches of %s)',
    async (microBatchSize) => {
      const without = await gradients(engine, { adapter, microBatchSize });
      const penalized = await gradients(engine, { adapter, microBatchSize, tailPenalty });
      const expected = expectedGradients(adapter);
      expect(expected.size).toBe(12);
      for (const [name, { data }] of without) {
        const term = expected.get(name) ?? new Float32Array(data.length);
        expectClose(
          penalized.get(name)?.data,
          data.map((value, at) => value + (term[at] ?? 0)),
          1e-6,
        );
      }
    },
  );

  test('reaches trained blocks only, keeps the whole of a rank of 1, and leaves the reported loss alone', async () => {
    const thin = trainedLora([2, 1, 4]);
    const [without, penalized] = [
      await stepOnSentences(engine, { adapter: thin, depth: 2, trunk: 'global' }),
      await stepOnSentences(engine, { adapter: thin, depth: 2, trunk: 'global', tailPenalty }),
    ];
    expect(penalized.losses).toEqual(without.losses);
    const before = namedTensors(without.adapter);
    const changed = [...namedTensors(penalized.adapter)].filter(([name, { data }]) =>
      data.some((value, at) => Math.abs(value - (before.get(name)?.data[at] ?? 0)) > 1e-6),
    );
    expect(changed.map(([name]) => name.slice(0, 'blocks.3'.length))).toEqual(Array(4).fill('blocks.3'));
  });

  test('leaves a fresh adapter, whose B is zero, to the cross-entropy', async () => {
    const { architecture, head } = smallBert;
    const specification = { targets: ['query'], ranks: [4, 4, 4], alphas: [8, 8, 8] };
    const fresh = createAdapter(architecture, specification, head, 1);
    const without = await gradients(engine, { adapter: fresh });
    const penalized = await gradients(engine, { adapter: fresh, tailPenalty });
    for (const [name, { data }] of without) expectClose(penalized.get(name)?.data, data, 1e-7);
  });
});

describe('refused:', () => {
  const bottlenecks = createBottlenecks(smallBert.architecture, { widths: [0, 2, 2] }, smallBert.head, 1);
  const cases: [string, LocalTraining, Adapter, string][] = [
    ['a negative weight', { tailPenalty: { weight: -1, keptShare: 0.5 } }, adapter, 'tailPenalty.weight'],
    ['no kept share', { tailPenalty: { weight: 1, keptShare: 0 } }, adapter, 'tailPenalty.keptShare'],
    ['half a block', { quantizedBlocks: 0.5 }, adapter, 'quantizedBlocks'],
    ['more blocks than are trained', { quantizedBlocks: 3 }, adapter, 'quantizedBlocks'],
    ['one factor of bottlenecks', { factors: 'B' }, bottlenecks, 'factors'],
    ['the tail of bottlenecks', { tailPenalty: { weight: 1, keptShare: 0.5 } }, bottlenecks, 'tailPenalty'],
  ];
  test.for(cases)('%s', ([, training, of, where]) => {
    expect(() => checkLocalTraining(training, of, 2)).toThrow(
      expect.objectContaining({ code: 'local-training-invalid', message: expect.stringContaining(where) }),
    );
  });
});
