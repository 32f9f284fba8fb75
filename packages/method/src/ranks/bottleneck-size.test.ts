import type { Adapter, AdapterModule, BottleneckModule, Tensor } from '@legend-fl/adapter';
import { seededRandom } from '@legend-fl/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bottleneckSize, extendBottlenecks } from './bottleneck-size.ts';

function tensor(dims: readonly number[], ...values: readonly number[]): Tensor {
  return { dims, data: Float32Array.from(values) };
}

/** Of width 1, for two hidden units. */
const narrow: BottleneckModule = {
  kind: 'bottleneck',
  down: tensor([1, 2], 1, 2),
  downBias: tensor([1], 3),
  up: tensor([2, 1], 4, 5),
  upBias: tensor([2], 6, 7),
};

function adapterOf(...modules: readonly (AdapterModule | undefined)[]): Adapter {
  return {
    blocks: modules.map((module) => new Map(module && [['output.dense', module]])),
    head: new Map([['classifier.bias', tensor([2], 8, 9)]]),
  };
}

function moduleOf(adapter: Adapter, block: number): BottleneckModule {
  const module = adapter.blocks[block - 1]?.get('output.dense');
  if (module?.kind !== 'bottleneck') throw new Error(`block ${block} carries no bottleneck`);
  return module;
}

/** up·GELU(down·x + downBias) + upBias, with the tanh form of GELU. */
function applyTo(x: readonly number[], { down, downBias, up, upBias }: BottleneckModule): number[] {
  const gelu = (value: number) =>
    0.5 * value * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (value + 0.044715 * value ** 3)));
  const width = downBias.data.length;
  const inner = [...downBias.data].map((bias, row) =>
    gelu(x.reduce((sum, value, column) => sum + value * (down.data[row * x.length + column] ?? 0), bias)),
  );
  return [...upBias.data].map((bias, row) =>
    inner.reduce((sum, value, column) => sum + value * (up.data[row * width + column] ?? 0), bias),
  );
}

describe('the size of an adapter of bottlenecks', () => {
  it('is read off its blocks', () => {
    expect(bottleneckSize(adapterOf(undefined, narrow, narrow))).toEqual({ depth: 2, width: 1 });
  });

  it('needs a bottleneck in the top block', () => {
    const lora: AdapterModule = { kind: 'lora', alpha: 1, a: tensor([1, 1], 1), b: tensor([1, 1], 1) };
    expect(() => bottleneckSize(adapterOf(undefined, undefined))).toThrow(
      /expected bottlenecks .*, got none/,
    );
    expect(() => extendBottlenecks(adapterOf(lora), { depth: 1, width: 8 })).toThrow(/got LoRA/);
  });
});

describe('extending bottlenecks', () => {
  it('adds random rows to down and zero columns to up', () => {
    const { down, downBias, up, upBias } = moduleOf(
      extendBottlenecks(adapterOf(narrow), { depth: 1, width: 3 }),
      1,
    );
    expect([down.dims, up.dims]).toEqual([
      [3, 2],
      [2, 3],
    ]);
    expect([...down.data.slice(0, 2)]).toEqual([1, 2]);
    const drawn = [...down.data.slice(2)];
    expect(new Set(drawn).size).toBe(4);
    for (const value of drawn) expect(Math.abs(value)).toBeLessThan(0.02 * Math.sqrt(3));
    expect(downBias).toEqual(tensor([3], 3, 0, 0));
    expect([...up.data]).toEqual([4, 0, 0, 5, 0, 0]);
    expect(upBias).toEqual(tensor([2], 6, 7));
  });

  it('starts new blocks with the top targets, random down and zeros', () => {
    const extended = extendBottlenecks(adapterOf(undefined, undefined, narrow), { depth: 2, width: 1 });
    expect(extended.blocks.map(({ size }) => size)).toEqual([0, 1, 1]);
    expect(moduleOf(extended, 3)).toEqual(narrow);
    const fresh = moduleOf(extended, 2);
    expect(fresh.down.dims).toEqual([1, 2]);
    expect([...fresh.down.data].every((value) => value !== 0)).toBe(true);
    expect([fresh.downBias, fresh.up, fresh.upBias]).toEqual([
      tensor([1], 0),
      tensor([2, 1], 0, 0),
      tensor([2], 0, 0),
    ]);
  });

  it('draws the same whoever extends, other numbers in other blocks, and row by row the same at any width', () => {
    const adapter = adapterOf(undefined, undefined, narrow);
    const [wide, wider] = [4, 6].map((width) => extendBottlenecks(adapter, { depth: 3, width }));
    if (wide === undefined || wider === undefined) throw new Error('nothing was extended');
    expect(extendBottlenecks(structuredClone(adapter), { depth: 3, width: 4 })).toEqual(wide);
    expect(moduleOf(wide, 1).down).not.toEqual(moduleOf(wide, 2).down);
    expect(moduleOf(wider, 1).down.data.slice(0, 8)).toEqual(moduleOf(wide, 1).down.data);
  });

  it('preserves the function, and the adapter itself', () => {
    const sizes = fc.record({
      hidden: fc.integer({ min: 1, max: 6 }),
      width: fc.integer({ min: 1, max: 5 }),
      more: fc.integer({ min: 0, max: 5 }),
    });
    fc.assert(
      fc.property(fc.nat(), sizes, (seed, { hidden, width, more }) => {
        const random = seededRandom(seed);
        const values = (count: number) => Array.from({ length: count }, () => 2 * random() - 1);
        const module: BottleneckModule = {
          kind: 'bottleneck',
          down: tensor([width, hidden], ...values(width * hidden)),
          downBias: tensor([width], ...values(width)),
          up: tensor([hidden, width], ...values(hidden * width)),
          upBias: tensor([hidden], ...values(hidden)),
        };
        const adapter = adapterOf(undefined, undefined, module);
        const before = structuredClone(adapter);
        const extended = extendBottlenecks(adapter, { depth: 2, width: width + more });
        const x = values(hidden);
        expect(applyTo(x, moduleOf(extended, 3))).toEqual(applyTo(x, module));
        expect(applyTo(x, moduleOf(extended, 2)).every((value) => value === 0)).toBe(true);
        expect(extended.head).toEqual(adapter.head);
        expect(adapter).toEqual(before);
      }),
      { numRuns: 100 },
    );
  });
});
