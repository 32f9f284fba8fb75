import { type Adapter, type LoraModule, rankOf } from '@legend-fl/adapter';
import { describe, expect, it } from 'vitest';
import { loraAdapter, zeroRows } from '../testing/lora-adapter.ts';
import { devicePlanOf, planFor, updateOf } from '../testing/round-contexts.ts';
import { createStrategy } from './registry.ts';

const flexlora = createStrategy('flexlora');

function moduleOf({ blocks }: Adapter): LoraModule {
  const module = blocks[0]?.get('query');
  if (module?.kind !== 'lora') throw new Error('there is no LoRA');
  return module;
}

/** (α/r)·B·A by rows. */
function effectOf(adapter: Adapter): number[][] {
  const module = moduleOf(adapter);
  const [a, b, rank] = [module.a, module.b, rankOf(module)];
  const [outputs = 0, inputs = 0] = [b.dims[0], a.dims[1]];
  return Array.from({ length: outputs }, (_, output) =>
    Array.from({ length: inputs }, (_, input) => {
      let sum = 0;
      for (let r = 0; r < rank; r++) {
        sum += (b.data[output * rank + r] ?? 0) * (a.data[r * inputs + input] ?? 0);
      }
      return (module.alpha / rank) * sum;
    }),
  );
}

function expectRows(got: readonly (readonly number[])[], expected: readonly (readonly number[])[]): void {
  const close = expected.map((row) => row.map((value) => expect.closeTo(value, 5)));
  expect(got).toEqual(close);
}

const devices = [
  { id: 'a', ranks: [1] },
  { id: 'b', ranks: [2] },
].map((device) => devicePlanOf(device));
const plan = { ...planFor([]), round: 3, devices };

/** Of rank 3, after a round in which a says 2·[[4, 0], …] and b 2·[[0, …], [0, 2], …], weighed 1 to 1 or 1 to 3. */
function afterRound(examplesOfB: number): Adapter {
  const global = { adapter: loraAdapter({ a: zeroRows(3, 3), b: zeroRows(3, 3) }), memory: null };
  const a = loraAdapter({ a: [[1, 0, 0]], b: [[4], [0], [0]], head: 1 });
  const b = loraAdapter({
    a: [
      [0, 2, 0],
      [0, 0, 0],
    ],
    b: [
      [0, 1],
      [1, 1],
      [0, 1],
    ],
    head: 5,
  });
  let sum = flexlora.begin(global, plan);
  sum = flexlora.add(sum, updateOf(a, { deviceId: 'a', examples: 1 }));
  sum = flexlora.add(sum, updateOf(b, { deviceId: 'b', examples: examplesOfB }));
  return flexlora.finish(sum).adapter;
}

describe('flexlora', () => {
  it('averages (α/r)·B·A by examples, whatever the ranks', () => {
    expectRows(effectOf(afterRound(1)), [
      [4, 0, 0],
      [0, 2, 0],
      [0, 0, 0],
    ]);
    expectRows(effectOf(afterRound(3)), [
      [2, 0, 0],
      [0, 3, 0],
      [0, 0, 0],
    ]);
    expect(afterRound(3).head.get('classifier.bias')?.data).toEqual(Float32Array.of(4));
  });

  it('gives a device of rank 1 the greatest singular value, which may be that of another device', () => {
    const [small] = devices;
    if (!small) throw new Error('there is no device');
    const started = (examplesOfB: number) =>
      flexlora.deviceAdapter({ adapter: afterRound(examplesOfB), memory: null }, small);
    expectRows(effectOf(started(1)), [
      [4, 0, 0],
      [0, 0, 0],
      [0, 0, 0],
    ]);
    expectRows(effectOf(started(3)), [
      [0, 0, 0],
      [0, 3, 0],
      [0, 0, 0],
    ]);
  });

  it('splits a singular value evenly between B and A, with α/r divided out', () => {
    // 4 = (α/r)·√2·√2, and 2 = (α/r)·1·1.
    const { a, b } = moduleOf(afterRound(1));
    const norm = (values: readonly (number | undefined)[]) => Math.hypot(...values.map((value = 0) => value));
    const row = (r: number) => [...a.data.subarray(3 * r, 3 * r + 3)];
    const column = (r: number) => [0, 1, 2].map((output) => b.data[3 * output + r]);
    expect([0, 1].map((r) => norm(row(r)))).toEqual([expect.closeTo(Math.SQRT2, 5), expect.closeTo(1, 5)]);
    expect([0, 1].map((r) => norm(column(r)))).toEqual([expect.closeTo(Math.SQRT2, 5), expect.closeTo(1, 5)]);
  });

  it('leaves ranks that ΔW does not need trainable: B zero, A drawn within ±1/√in', () => {
    const { a, b } = moduleOf(afterRound(1));
    const drawn = [...a.data.subarray(6)];
    for (const value of drawn) {
      expect(Math.abs(value)).toBeLessThanOrEqual(1 / Math.sqrt(3));
      expect(value).not.toBe(0);
    }
    expect([2, 5, 8].map((index) => b.data[index])).toEqual([0, 0, 0]);
  });
});
