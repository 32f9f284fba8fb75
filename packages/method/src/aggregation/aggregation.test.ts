import { type Adapter, mapTensors, namedTensors, restrictToDepth } from '@legend-fl/adapter';
import { InputError } from '@legend-fl/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GlobalState } from '../global-state.ts';
import { truncateRanks } from '../ranks/truncate-ranks.ts';
import { createStrategy } from '../strategies/registry.ts';
import { adapterFor, planFor, updateOf } from '../testing/round-contexts.ts';
import type { Update } from '../update.ts';
import { addToSum, beginSum, finishSum } from './aggregation.ts';

const BLOCKS = 3;
const strategy = createStrategy('legend', { ranks: { kind: 'increasing', min: 1, max: 3 } });
const global: GlobalState = { adapter: adapterFor(strategy, BLOCKS, (index) => index), memory: null };

function filled(adapter: Adapter, valueAt: (index: number) => number): Adapter {
  let next = 0;
  return mapTensors(adapter, (_name, { dims, data }) => ({ dims, data: data.map(() => valueAt(next++)) }));
}

function average(updates: readonly Update[]): Adapter {
  return finishSum(updates.reduce(addToSum, beginSum(global, planFor(updates)))).adapter;
}

/** Element by element, straight from the formula. */
function naiveAverage(updates: readonly Update[]): Adapter {
  return mapTensors(global.adapter, (name, { dims, data }) => {
    const averaged = data.map((kept, index) => {
      let weighted = 0;
      let examples = 0;
      for (const update of updates) {
        const value = namedTensors(update.adapter).get(name)?.data[index];
        if (value === undefined) continue;
        weighted += update.examples * value;
        examples += update.examples;
      }
      return examples === 0 ? kept : weighted / examples;
    });
    return { dims, data: averaged };
  });
}

const updates: fc.Arbitrary<Update[]> = fc.array(
  fc
    .record({
      deviceId: fc.uuid(),
      depth: fc.integer({ min: 1, max: BLOCKS }),
      examples: fc.integer({ min: 1, max: 5000 }),
      values: fc.array(fc.float({ min: -8, max: 8, noNaN: true }), { minLength: 1, maxLength: 40 }),
    })
    .map(({ deviceId, depth, examples, values }) => {
      const trained = restrictToDepth(global.adapter, depth);
      return updateOf(
        filled(trained, (index) => values[index % values.length] ?? 0),
        { deviceId, depth, examples },
      );
    }),
  { minLength: 1, maxLength: 6 },
);

describe('aggregation', () => {
  it('is the mean by examples over the devices that trained a block', () => {
    const deep = updateOf(
      filled(global.adapter, () => 4),
      { deviceId: 'deep', depth: 3, examples: 1 },
    );
    const shallow = updateOf(
      filled(restrictToDepth(global.adapter, 1), () => 8),
      {
        deviceId: 'shallow',
        depth: 1,
        examples: 3,
      },
    );
    const tensors = namedTensors(average([deep, shallow]));
    expect(tensors.get('blocks.1.attention.self.query.lora_A')?.data).toEqual(new Float32Array(3).fill(4));
    expect(tensors.get('blocks.3.attention.self.value.lora_B')?.data).toEqual(new Float32Array(6).fill(7));
    expect(tensors.get('head.classifier.bias')?.data).toEqual(new Float32Array(2).fill(7));
  });

  it('leaves a block that nobody trained as it was', () => {
    const shallow = updateOf(
      filled(restrictToDepth(global.adapter, 2), () => 8),
      { depth: 2 },
    );
    expect(average([shallow]).blocks[0]).toEqual(global.adapter.blocks[0]);
  });

  it('averages each rank over the devices that have it, and keeps the ranks that nobody has', () => {
    // Block 3 has rank 3; one device trains the first two of them, the other only the first.
    const [two, one] = [truncateRanks(global.adapter, [2]), truncateRanks(global.adapter, [1])].map(
      (adapter) => restrictToDepth(adapter, 1),
    );
    if (two === undefined || one === undefined) throw new Error('two adapters were asked for');
    const tensors = namedTensors(
      average([
        updateOf(
          filled(two, () => 4),
          { deviceId: 'two', depth: 1, examples: 1 },
        ),
        updateOf(
          filled(one, () => 8),
          { deviceId: 'one', depth: 1, examples: 3 },
        ),
      ]),
    );
    const kept = namedTensors(global.adapter);
    const nameA = 'blocks.3.attention.self.query.lora_A';
    const nameB = 'blocks.3.attention.self.query.lora_B';
    expect([...(tensors.get(nameA)?.data ?? [])]).toEqual([
      ...[7, 7, 7],
      ...[4, 4, 4],
      ...(kept.get(nameA)?.data.slice(6) ?? []),
    ]);
    const keptB = kept.get(nameB)?.data ?? [];
    expect([...(tensors.get(nameB)?.data ?? [])]).toEqual([7, 4, keptB[2], 7, 4, keptB[5]]);
    expect(tensors.get('head.classifier.bias')?.data).toEqual(new Float32Array(2).fill(7));
  });

  it('moves what enough devices trained, block by block and rank by rank, and keeps the rest to the bit', () => {
    const [two, one] = [truncateRanks(global.adapter, [2]), truncateRanks(global.adapter, [1])];
    const round = [
      updateOf(
        filled(restrictToDepth(two ?? global.adapter, 1), () => 4),
        { deviceId: 'two', depth: 1, examples: 1 },
      ),
      updateOf(
        filled(restrictToDepth(one ?? global.adapter, 1), () => 8),
        { deviceId: 'one', depth: 1, examples: 3 },
      ),
      updateOf(
        filled(restrictToDepth(global.adapter, 2), () => 7),
        { deviceId: 'deep', depth: 2, examples: 4 },
      ),
    ];
    const averageOf = (minimumCohort: number) =>
      finishSum(round.reduce(addToSum, beginSum(global, { ...planFor(round), minimumCohort }))).adapter;
    const after = namedTensors(averageOf(2));
    const before = namedTensors(global.adapter);
    const nameA = 'blocks.3.attention.self.query.lora_A';
    // Three devices have the first rank of block 3, two the second, one the third; block 2 has one.
    expect([...(after.get(nameA)?.data ?? [])]).toEqual([
      ...[7, 7, 7],
      ...[1, 1, 1].map(() => Math.fround((1 * 4 + 4 * 7) / 5)),
      ...(before.get(nameA)?.data.slice(6) ?? []),
    ]);
    expect(averageOf(2).blocks.slice(0, 2)).toEqual(global.adapter.blocks.slice(0, 2));
    expect(averageOf(1).blocks[1]).not.toEqual(global.adapter.blocks[1]);
    expect(finishSum(round.reduce(addToSum, beginSum(global, { ...planFor(round), minimumCohort: 4 })))).toBe(
      global,
    );
  });

  it('refuses ranks other than the device was planned with', () => {
    const planned = updateOf(restrictToDepth(truncateRanks(global.adapter, [2]), 1), { depth: 1 });
    const sum = beginSum(global, planFor([planned]));
    expect(() => addToSum(sum, planned)).not.toThrow();
    for (const ranks of [[1], [3]]) {
      const other = updateOf(restrictToDepth(truncateRanks(global.adapter, ranks), 1), { depth: 1 });
      expect(() => addToSum(sum, other)).toThrow(InputError);
    }
  });

  it('keeps the strategy memory', () => {
    const state = { ...global, memory: { importance: [1, 2] } };
    const update = updateOf(global.adapter);
    expect(finishSum(addToSum(beginSum(state, planFor([update])), update)).memory).toEqual(state.memory);
  });

  it('equals a plain double loop, whatever was trained by whom', () => {
    fc.assert(
      fc.property(updates, (all) => {
        expect(average(all)).toEqual(naiveAverage(all));
      }),
      { numRuns: 200 },
    );
  });

  it('gives back to the bit what all devices agree on', () => {
    fc.assert(
      fc.property(updates, fc.array(fc.integer({ min: 1, max: 1e6 }), { minLength: 1 }), ([one], weights) => {
        if (one === undefined) return;
        const same = weights.map((examples) => ({ ...one, examples }));
        const trained = restrictToDepth(average(same), one.depth);
        expect(trained).toEqual(one.adapter);
      }),
      { numRuns: 100 },
    );
  });

  it('holds no more tensors after many updates than after one', () => {
    const update = updateOf(global.adapter);
    const sum = addToSum(beginSum(global, planFor([update])), update);
    const size = sum.tensors.size;
    for (let count = 0; count < 100; count++) addToSum(sum, update);
    expect(sum.tensors.size).toBe(size);
  });
});
