import type { Adapter } from '@legend-fl/adapter';
import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../global-state.ts';
import { loraAdapter, zeroRows } from '../testing/lora-adapter.ts';
import { contextOfJetsons, devicePlanOf, planFor, profileOf, updateOf } from '../testing/round-contexts.ts';
import { createStrategy } from './registry.ts';

/** In a model of two blocks. */
function adapterOf(
  a: readonly (readonly number[])[],
  b: readonly (readonly number[])[],
  head?: number,
): Adapter {
  return loraAdapter({ a, b, blocks: 2, ...(head !== undefined && { head }) });
}

function planOf(ranks: Readonly<Record<string, number>>) {
  const devices = Object.entries(ranks).map(([id, rank]) =>
    devicePlanOf({ id, depth: 2, ranks: [rank, rank] }),
  );
  return { ...planFor([]), devices };
}

describe('hetlora', () => {
  // Two blocks: ranks from 1 to 3.
  const hetlora = createStrategy('hetlora', { ranks: { kind: 'increasing', min: 1, max: 3 } });
  const global = { adapter: adapterOf(zeroRows(3, 2), zeroRows(2, 3)), memory: null };

  it('has a global adapter of the greatest rank', () => {
    const initial = { kind: 'lora', ranks: [3, 3], alphas: [6, 6] };
    expect(hetlora.initialAdapter(profileOf(2))).toEqual(initial);
  });

  it('starts a device from the first rows of A and columns of B, at the same alpha per rank', () => {
    const adapter = adapterOf(
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    );
    const [device] = planOf({ a: 2 }).devices;
    if (!device) throw new Error('there is no device');
    const started = adapterOf(
      [
        [1, 2],
        [3, 4],
      ],
      [
        [1, 2],
        [4, 5],
      ],
    );
    expect(hetlora.deviceAdapter({ adapter, memory: null }, device)).toEqual(started);
  });

  it('pads with zeros and weighs by the norm of B·A, the head by examples', () => {
    // ‖B·A‖: 3 for a, with B·A = [[3, 0], [0, 0]], and 1 for b, with [[0, 0], [1, 0]].
    const a = adapterOf([[1, 0]], [[3], [0]], 10);
    const b = adapterOf(
      [
        [0, 1],
        [1, 0],
      ],
      [
        [0, 0],
        [0, 1],
      ],
      20,
    );
    let sum = hetlora.begin(global, planOf({ a: 1, b: 2 }));
    sum = hetlora.add(sum, updateOf(a, { deviceId: 'a', examples: 1 }));
    sum = hetlora.add(sum, updateOf(b, { deviceId: 'b', examples: 4 }));
    const averaged = adapterOf(
      [
        [0.75, 0.25],
        [0.25, 0],
        [0, 0],
      ],
      [
        [2.25, 0, 0],
        [0, 0.25, 0],
      ],
      18,
    );
    expect(hetlora.finish(sum)).toEqual({ adapter: averaged, memory: { a: 1, b: 2 } });
  });

  it('keeps ranks that some devices have, but fewer than the minimum cohort', () => {
    const before = adapterOf(
      [
        [9, 9],
        [9, 9],
        [9, 9],
      ],
      [
        [8, 8, 8],
        [8, 8, 8],
      ],
    );
    const one = adapterOf([[1, 0]], [[3], [0]], 10);
    const two = adapterOf(
      [
        [0, 1],
        [1, 0],
      ],
      [
        [0, 0],
        [0, 1],
      ],
      10,
    );
    const plan = { ...planOf({ a: 1, b: 1, c: 2 }), minimumCohort: 2 };
    let sum = hetlora.begin({ adapter: before, memory: null }, plan);
    for (const deviceId of ['a', 'b']) sum = hetlora.add(sum, updateOf(one, { deviceId }));
    sum = hetlora.add(sum, updateOf(two, { deviceId: 'c' }));
    // Weights 3, 3 and 1 of 7. Only c has rank 2; nobody has rank 3, which is padded as ever.
    expect(hetlora.finish(sum).adapter).toEqual(
      adapterOf(
        [
          [6 / 7, 1 / 7],
          [9, 9],
          [0, 0],
        ],
        [
          [18 / 7, 8, 0],
          [0, 8, 0],
        ],
        10,
      ),
    );
  });

  it('weighs alike while all norms are zero, and no longer once one is not', () => {
    const idle = (value: number) => updateOf(adapterOf([[value, value]], [[0], [0]]), { deviceId: 'a' });
    const plan = planOf({ a: 1, b: 1 });
    const both = [idle(1), idle(3)].reduce(hetlora.add, hetlora.begin(global, plan));
    const padding = [
      [0, 0],
      [0, 0],
    ];
    expect(hetlora.finish(both).adapter).toEqual(adapterOf([[2, 2], ...padding], zeroRows(2, 3)));
    const third = updateOf(adapterOf([[1, 0]], [[1], [0]]), { deviceId: 'b' });
    const mixed = [idle(1), third, idle(5)].reduce(hetlora.add, hetlora.begin(global, plan));
    const alone = adapterOf(
      [[1, 0], ...padding],
      [
        [1, 0, 0],
        [0, 0, 0],
      ],
    );
    expect(hetlora.finish(mixed).adapter).toEqual(alone);
  });
});

describe('hetlora prunes', () => {
  // Two blocks: ranks from 4 to 12.
  const hetlora = createStrategy('hetlora');
  const ones = (count: number) => Array<number>(count).fill(1);

  /** The ranks remembered after a round in which a device of this rank got the last entry of A from 1 to `last`. */
  function ranksAfter(rank: number, last: number, bValue = 1, memory: JsonValue = null): JsonValue {
    const b = (columns: number) => [ones(columns).map(() => bValue)];
    const global = {
      adapter: adapterOf(
        ones(12).map((one) => [one]),
        b(12),
      ),
      memory,
    };
    const trained = adapterOf(
      [...ones(rank - 1), last].map((entry) => [entry]),
      [ones(rank)],
    );
    const sum = hetlora.begin(global, planOf({ a: rank }));
    return hetlora.finish(hetlora.add(sum, updateOf(trained))).memory;
  }

  it('a device whose tail weighs less than before', () => {
    expect(ranksAfter(12, 0.9)).toEqual({ a: 11 });
    expect(ranksAfter(12, 1)).toEqual({ a: 12 });
    expect(ranksAfter(12, 1.1)).toEqual({ a: 12 });
  });

  it('nothing while B is zero, as in round 1', () => {
    expect(ranksAfter(12, 0.1, 0)).toEqual({ a: 12 });
  });

  it('nothing where γ leaves no rank over', () => {
    expect(ranksAfter(7, 0.1)).toEqual({ a: 6 });
    expect(ranksAfter(6, 0.1)).toEqual({ a: 6 });
  });

  it('from what a device could hold, and forgets neither others nor what it could hold before', () => {
    expect(ranksAfter(9, 0.1, 1, { a: 12, b: 5 })).toEqual({ a: 8, b: 5 });
    expect(ranksAfter(9, 1.1, 1, { a: 12, b: 5 })).toEqual({ a: 12, b: 5 });
  });

  it('ranks of the next plan, and asks for the penalty where there is something to prune', () => {
    const context = contextOfJetsons(hetlora, 3, 1);
    const memory = { 'device-0': 9, 'device-1': 6 };
    const { devices } = hetlora.plan({ ...context, global: { ...context.global, memory } });
    expect(devices.slice(0, 2).map(({ ranks, training }) => [ranks[0], training])).toEqual([
      [9, { tailPenalty: { weight: 0.01, keptShare: 0.85 } }],
      [6, undefined],
    ]);
  });

  it('not below the least rank', () => {
    const uniform = createStrategy('hetlora', { ranks: { kind: 'uniform', min: 8 } });
    const context = contextOfJetsons(uniform, 1, 1);
    expect(uniform.plan(context).devices[0]?.training).toBeUndefined();
  });

  it.each<[JsonValue]>([['ranks'], [[4]], [{ a: 'x' }], [{ a: 0 }], [{ a: 1.5 }], [{ a: null }]])(
    'refuses the memory %j, which it did not write',
    (memory) => {
      const context = contextOfJetsons(hetlora, 2, 1);
      expect(() => hetlora.plan({ ...context, global: { ...context.global, memory } })).toThrow(
        /memory of hetlora: expected a whole rank from 1/,
      );
    },
  );
});
