import { type Adapter, mapTensors, namedTensors, restrictToDepth } from '@legend-fl/adapter';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createStrategy } from '../strategies/registry.ts';
import { adapterFor, updateOf } from '../testing/round-contexts.ts';
import type { ChangeScales, CountedUpdate } from './bounded-update.ts';
import { changeNorms } from './change-norms.ts';
import { clipUpdate } from './clip-update.ts';

const lora = adapterFor(createStrategy('fedlora'), 3, (index) => Math.sin(index));
const bottlenecks = adapterFor(createStrategy('fedadapter'), 3, (index) => Math.sin(index));

function moved(adapter: Adapter, by: number, moves: (name: string) => boolean = () => true): Adapter {
  return mapTensors(adapter, (name, tensor) =>
    moves(name)
      ? { dims: tensor.dims, data: tensor.data.map((value, index) => value + by * Math.cos(index)) }
      : tensor,
  );
}

function counted(scales: ChangeScales, changes: Partial<CountedUpdate> = {}): CountedUpdate {
  return { status: 'counted', deviceId: 'a', examples: 1, loss: 0.5, scales, ...changes };
}

describe('clipUpdate', () => {
  it('gives an update that is within its bounds back as it is', () => {
    const update = updateOf(restrictToDepth(moved(lora, 0.1), 2));
    expect(clipUpdate(lora, update, counted({ blocks: [null, 1, 1], head: 1 }))).toBe(update);
  });

  it('shares the tensors where only examples or loss are cut', () => {
    const update = updateOf(moved(lora, 0.1), { examples: 1e9, loss: 0 });
    const clipped = clipUpdate(lora, update, counted({ blocks: [1, 1, 1], head: 1 }, { examples: 70 }));
    expect(clipped).toEqual({ ...update, examples: 70, loss: 0.5 });
    expect(clipped.adapter).toBe(update.adapter);
  });

  it('scales the change of each block and of the head, and of these alone', () => {
    const update = updateOf(restrictToDepth(moved(lora, 0.4), 2));
    const { adapter } = clipUpdate(lora, update, counted({ blocks: [null, 0.5, 1], head: 0.25 }));
    const before = changeNorms(lora, update.adapter);
    const after = changeNorms(lora, adapter);
    expect(after.blocks[0]).toBeNull();
    expect(after.blocks[1]).toBeCloseTo((before.blocks[1] ?? 0) / 2, 6);
    expect(adapter.blocks[2]?.get('attention.self.query')?.kind).toBe('lora');
    expect(after.blocks[2]).toBe(before.blocks[2]);
    expect(after.head).toBeCloseTo(before.head / 4, 6);
  });

  it.each([
    ['LoRA', lora],
    ['bottlenecks', bottlenecks],
  ])('keeps the shapes of %s, and to the bit what did not move', (_, start) => {
    const frozen = (name: string) => name.endsWith('lora_A') || name.endsWith('down');
    const update = updateOf(moved(start, 7, (name) => !frozen(name)));
    const scales = { blocks: start.blocks.map(({ size }) => (size === 0 ? null : 0.1)), head: 0.1 };
    const clipped = namedTensors(clipUpdate(start, update, counted(scales)).adapter);
    const given = namedTensors(start);
    expect([...clipped.keys()]).toEqual([...given.keys()]);
    for (const [name, { dims, data }] of clipped) {
      expect(dims).toEqual(given.get(name)?.dims);
      if (frozen(name)) expect(data).toEqual(given.get(name)?.data);
      else expect(data).not.toEqual(given.get(name)?.data);
    }
  });

  it('brings a change of any size to the norm that its scale asks for', () => {
    const sizes = fc.double({ min: -3, max: 38, noNaN: true }).map((exponent) => 10 ** exponent);
    fc.assert(
      fc.property(sizes, (size) => {
        const end = moved(lora, size);
        const norms = changeNorms(lora, end);
        const scaleOf = (norm: number | null) => Math.min(1, 0.01 / (norm ?? 1));
        const scales = { blocks: norms.blocks.map(scaleOf), head: scaleOf(norms.head) };
        const after = changeNorms(lora, clipUpdate(lora, updateOf(end), counted(scales)).adapter);
        for (const norm of [...after.blocks, after.head]) expect(norm).toBeLessThan(0.01 + 1e-6);
      }),
      { numRuns: 200, examples: [[3e38]] },
    );
  });
});
