import { seededRandom } from '@legend-fl/base';
import { describe, expect, test } from 'vitest';
import { absorbMerged } from './absorb-merged.ts';
import type { Adapter, AdapterModule, LoraModule, Tensor } from './adapter.ts';

function draw(name: string, ...dims: readonly number[]): Tensor {
  const random = seededRandom(2, name);
  const length = dims.reduce((product, dim) => product * dim, 1);
  return { dims, data: Float32Array.from({ length }, () => 2 * random() - 1) };
}

/** LoRA of rank 2 with α/r = 3/2 on a map of 3 inputs and 4 outputs. */
const lora: LoraModule = { kind: 'lora', alpha: 3, a: draw('a', 2, 3), b: draw('b', 4, 2) };
const bottleneck: AdapterModule = {
  kind: 'bottleneck',
  down: draw('down', 2, 4),
  downBias: draw('down_bias', 2),
  up: draw('up', 4, 2),
  upBias: draw('up_bias', 4),
};
const adapter: Adapter = {
  blocks: [new Map([['query', lora]]), new Map([['output', bottleneck]])],
  head: new Map([['classifier.bias', draw('bias', 2)]]),
};

/** (α/r)·B·A */
function product({ alpha, a, b }: LoraModule): number[] {
  const [rank = 0, columns = 0] = a.dims;
  return Array.from({ length: (b.dims[0] ?? 0) * columns }, (_, at) => {
    const [row, column] = [Math.floor(at / columns), at % columns];
    let sum = 0;
    for (let r = 0; r < rank; r++) sum += (b.data[row * rank + r] ?? 0) * (a.data[r * columns + column] ?? 0);
    return (alpha / rank) * sum;
  });
}

function moduleOf(of: Adapter, block: number, target: string): LoraModule {
  const module = of.blocks[block - 1]?.get(target);
  if (module?.kind !== 'lora') throw new Error(`no LoRA on ${target}`);
  return module;
}

describe('absorbing merged weights', () => {
  test('adds ΔW to what the module does, as ranks with α/r of 1', () => {
    const delta = draw('delta', 4, 3);
    const module = moduleOf(absorbMerged(adapter, new Map([['blocks.1.query', delta]])), 1, 'query');
    expect(module).toMatchObject({ alpha: 5, a: { dims: [5, 3] }, b: { dims: [4, 5] } });
    const before = product(lora);
    for (const [at, value] of product(module).entries()) {
      expect(value).toBeCloseTo((before[at] ?? 0) + (delta.data[at] ?? 0), 6);
    }
  });

  test.for([
    [4, 3],
    [3, 4],
  ] as const)(
    'makes a module where there was none, of the smaller side of [%d, %d] as rank, exact to the bit',
    (dims) => {
      const delta = draw('delta', ...dims);
      const absorbed = absorbMerged(adapter, new Map([['blocks.2.value', delta]]));
      const module = moduleOf(absorbed, 2, 'value');
      expect(module.alpha).toBe(3);
      expect(module.a.dims[0]).toBe(3);
      expect(product(module)).toEqual([...delta.data]);
      expect(absorbed.blocks[1]?.get('output')).toBe(bottleneck);
      expect(absorbed.blocks[0]).toEqual(adapter.blocks[0]);
      expect(adapter.blocks[1]?.size).toBe(1);
    },
  );

  test.for([
    ['blocks.3.query', [4, 3]],
    ['blocks.0.query', [4, 3]],
    ['query', [4, 3]],
    ['blocks.1.query', [3, 4]],
    ['blocks.2.output', [4, 4]],
  ] as const)('refuses a change of %s %s', ([path, dims]) => {
    expect(() => absorbMerged(adapter, new Map([[path, draw('delta', ...dims)]]))).toThrow(
      expect.objectContaining({ name: 'InputError', code: 'merged-weights-invalid' }),
    );
  });
});
