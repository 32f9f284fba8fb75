import { type Adapter, type LoraModule, mapTensors, restrictToDepth } from '@legend-fl/adapter';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { squaredChange } from '../algebra/lora-change.ts';
import { createStrategy } from '../strategies/registry.ts';
import { adapterFor, updateOf } from '../testing/round-contexts.ts';
import {
  addMovement,
  beginMovement,
  learnImportance,
  readImportance,
  writeImportance,
} from './importance.ts';

const strategy = createStrategy('legend', { ranks: { kind: 'uniform', min: 2 } });
const start = adapterFor(strategy, 3, (index) => Math.sin(index));

/** The start with every B of block l times 1 + shares[l-1]: each ΔW then changes by that share of itself. */
function moved(adapter: Adapter, shares: readonly number[]): Adapter {
  return mapTensors(adapter, (name, { dims, data }) => {
    const block = Number(/^blocks\.(\d+)\..*lora_B$/.exec(name)?.[1] ?? 0);
    return { dims, data: data.map((value) => value * (1 + (shares[block - 1] ?? 0))) };
  });
}

/** (α/r)·B·A, entry by entry. */
function weights({ alpha, a, b }: LoraModule): number[] {
  const [rank = 0, inputs = 0] = a.dims;
  return Array.from({ length: (b.dims[0] ?? 0) * inputs }, (_, entry) => {
    const [output, input] = [Math.floor(entry / inputs), entry % inputs];
    let sum = 0;
    for (let r = 0; r < rank; r++)
      sum += (b.data[output * rank + r] ?? 0) * (a.data[r * inputs + input] ?? 0);
    return (alpha / rank) * sum;
  });
}

describe('the change of a LoRA module', () => {
  it('is that of its weights, whatever A and B do', () => {
    const values = fc.float32Array({ min: -4, max: 4, noNaN: true, minLength: 10, maxLength: 10 });
    const modules = values.map(
      (data): LoraModule => ({
        kind: 'lora',
        alpha: 3,
        a: { dims: [2, 3], data: data.slice(0, 6) },
        b: { dims: [2, 2], data: data.slice(6) },
      }),
    );
    fc.assert(
      fc.property(modules, modules, (before, after) => {
        const [old, now] = [weights(before), weights(after)];
        const expected = now.reduce((sum, value, index) => sum + (value - (old[index] ?? 0)) ** 2, 0);
        expect(Math.abs(squaredChange(before, after) - expected)).toBeLessThan(1e-4 * (1 + expected));
        expect(squaredChange(before, before)).toBe(0);
      }),
      { numRuns: 200 },
    );
  });

  it('is nothing where A moves and B is zero', () => {
    const before: LoraModule = {
      kind: 'lora',
      alpha: 1,
      a: { dims: [1, 2], data: Float32Array.of(1, 2) },
      b: { dims: [2, 1], data: new Float32Array(2) },
    };
    expect(squaredChange(before, { ...before, a: { dims: [1, 2], data: Float32Array.of(5, -7) } })).toBe(0);
  });
});

describe('importance', () => {
  it('moves a fifth of the way to the shares of what moved', () => {
    // Means 6 and 2 of blocks 2 and 3, which have 20 together: 15 and 5. Block 1 was not trained.
    const movement = {
      moved: Float64Array.of(0, 60, 20),
      examples: Float64Array.of(0, 10, 10),
      updates: Float64Array.of(0, 1, 2),
    };
    const learned = learnImportance([5, 10, 10], movement);
    for (const [index, value] of [5, 11, 9].entries()) expect(learned[index]).toBeCloseTo(value, 12);
    // With a minimum of two devices only block 3 has a share, which it keeps.
    expect(learnImportance([5, 10, 10], movement, 2)).toEqual([5, 10, 10]);
  });

  it('weighs devices by examples', () => {
    const movement = beginMovement(3);
    const one = updateOf(moved(start, [0, 0, 1]), { examples: 1 });
    addMovement(movement, start, one);
    const alone = movement.moved[2] ?? 0;
    addMovement(movement, start, updateOf(moved(start, [0, 0, 4]), { examples: 9 }));
    expect(movement.moved[2]).toBeCloseTo(37 * alone, 3);
    expect([...movement.examples]).toEqual([10, 10, 10]);
  });

  it('approaches the proportions of what moves, round by round', () => {
    const same = moved(start, [0.1, 0.1, 0.1]);
    const shares = [1, 3, 2].map((share, index) => {
      // Blocks differ in size, so each is scaled to move by its share.
      const movement = beginMovement(3);
      addMovement(movement, start, updateOf(same));
      return (0.01 * share) / (movement.moved[index] ?? 1);
    });
    let importance: readonly number[] = [2, 2, 2];
    for (let round = 0; round < 60; round++) {
      const movement = beginMovement(3);
      addMovement(movement, start, updateOf(moved(start, shares)));
      importance = learnImportance(importance, movement);
    }
    for (const [index, share] of [1, 3, 2].entries()) expect(importance[index]).toBeCloseTo(share, 3);
  });

  it('stays finite, at least zero and the same in total, whatever is sent', () => {
    const updates = fc.array(
      fc.record({
        depth: fc.integer({ min: 1, max: 3 }),
        examples: fc.integer({ min: 1, max: 1e9 }),
        scale: fc.constantFrom(0, 1e-38, 1e-3, 1, 1e19),
      }),
      { maxLength: 5 },
    );
    fc.assert(
      fc.property(updates, (all) => {
        const movement = beginMovement(3);
        for (const { depth, examples, scale } of all) {
          const trained = mapTensors(restrictToDepth(start, depth), (_name, { dims, data }) => ({
            dims,
            data: data.map((value) => scale * value),
          }));
          addMovement(movement, start, updateOf(trained, { depth, examples }));
        }
        const learned = learnImportance([1, 5, 9], movement);
        for (const each of learned) expect(each >= 0 && each < Infinity).toBe(true);
        expect(learned.reduce((sum, each) => sum + each, 0)).toBeCloseTo(15, 9);
      }),
      { numRuns: 100 },
    );
  });

  it('stays where nothing moved', () => {
    const movement = beginMovement(3);
    addMovement(movement, start, updateOf(start));
    expect(learnImportance([1, 2, 3], movement)).toEqual([1, 2, 3]);
  });

  it('is the ranks at the start, and passes through JSON after it', () => {
    expect(readImportance(null, [2, 4])).toEqual([2, 4]);
    const stored = JSON.parse(JSON.stringify(writeImportance([0.1, 1 / 3])));
    expect(readImportance(stored, [2, 4])).toEqual([0.1, 1 / 3]);
  });

  it.each([
    [{ importance: [1] }],
    [{ importance: [1, -1] }],
    [{ importance: [1, 'x'] }],
    [{}],
    ['x'],
    [[1, 2]],
  ])('refuses a memory of %j', (memory) => {
    expect(() => readImportance(memory, [2, 4])).toThrow(/each of 2 blocks/);
  });
});
