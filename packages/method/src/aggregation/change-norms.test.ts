import { type Adapter, mapTensors, restrictToDepth } from '@legend-fl/adapter';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createStrategy } from '../strategies/registry.ts';
import { loraAdapter } from '../testing/lora-adapter.ts';
import { adapterFor } from '../testing/round-contexts.ts';
import { changeNorms } from './change-norms.ts';

const lora = adapterFor(createStrategy('fedlora'), 3, (index) => index / 100);
const bottlenecks = adapterFor(createStrategy('fedadapter'), 3, (index) => index / 100);

function moved(adapter: Adapter, by: number): Adapter {
  return mapTensors(adapter, (_, { dims, data }) => ({ dims, data: data.map((value) => value + by) }));
}

describe('changeNorms', () => {
  it('is the root mean square over the values of a block, and over the head', () => {
    const start = loraAdapter({ a: [[1, 2]], b: [[0], [0]], head: 5 });
    // Changes of A: 1 and -1, of B: 3 and 5; of the head: -2.
    const end = loraAdapter({ a: [[2, 1]], b: [[3], [5]], head: 3 });
    expect(changeNorms(start, end)).toEqual({ blocks: [3], head: 2 });
  });

  it.each([
    ['LoRA', lora],
    ['bottlenecks', bottlenecks],
  ])('is the same for every size of %s that moves by the same', (_, adapter) => {
    const { blocks, head } = changeNorms(adapter, moved(adapter, 0.25));
    expect(head).toBeCloseTo(0.25, 6);
    for (const [index, norm] of blocks.entries()) {
      if (adapter.blocks[index]?.size === 0) expect(norm).toBeNull();
      else expect(norm).toBeCloseTo(0.25, 6);
    }
  });

  it('is null below the depth, and zero for what did not move', () => {
    expect(changeNorms(lora, restrictToDepth(lora, 1))).toEqual({ blocks: [null, null, 0], head: 0 });
  });

  it('is finite and above zero for every change that float32 can hold', () => {
    const values = fc.float({ min: Math.fround(-3e38), max: Math.fround(3e38), noNaN: true });
    fc.assert(
      fc.property(values, values, (from, to) => {
        const start = mapTensors(lora, (__, { dims, data }) => ({ dims, data: data.map(() => from) }));
        const end = mapTensors(lora, (__, { dims, data }) => ({ dims, data: data.map(() => to) }));
        const { blocks, head } = changeNorms(start, end);
        for (const norm of [...blocks, head]) {
          expect(Number.isFinite(norm)).toBe(true);
          expect((norm ?? 0) > 0).toBe(from !== to);
        }
      }),
      { numRuns: 200, examples: [[-3e38, 3e38].map(Math.fround) as [number, number], [0, 1e-45]] },
    );
  });

  it('survives JSON', () => {
    const norms = changeNorms(lora, restrictToDepth(moved(lora, 0.1), 2));
    expect(JSON.parse(JSON.stringify(norms))).toEqual(norms);
  });
});
