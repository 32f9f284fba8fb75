import type { LoraModule } from '@legend-fl/adapter';
import { describe, expect, it } from 'vitest';
import { addLoraProduct, normOfTail, squaredNormOfProduct } from './lora-product.ts';

/** B·A = [[1, 0], [3, 4]]·[[1, 2, 0], [0, 0, 2]] = [[1, 2, 0], [3, 6, 8]] */
const module: LoraModule = {
  kind: 'lora',
  alpha: 2,
  a: { dims: [2, 3], data: Float32Array.of(1, 2, 0, 0, 0, 2) },
  b: { dims: [2, 2], data: Float32Array.of(1, 0, 3, 4) },
};

/** All entries are `value`. */
function constantModule(rank: number, value: number): LoraModule {
  const tensor = (...dims: [number, number]) => ({
    dims,
    data: new Float32Array(dims[0] * dims[1]).fill(value),
  });
  return { kind: 'lora', alpha: 1, a: tensor(rank, 5), b: tensor(3, rank) };
}

describe('B·A', () => {
  it('is added to rows with a factor', () => {
    const rows = [Float64Array.of(1, 1, 1), Float64Array.of(0, 0, 0)];
    addLoraProduct(rows, module, 10);
    expect(rows).toEqual([Float64Array.of(11, 21, 1), Float64Array.of(30, 60, 80)]);
  });

  it.each([1, 3, 4, 5, 9])('sums over %i ranks', (rank) => {
    const rows = [0, 0, 0].map(() => new Float64Array(5));
    addLoraProduct(rows, constantModule(rank, 2), 1);
    expect(rows).toEqual([0, 0, 0].map(() => new Float64Array(5).fill(4 * rank)));
  });

  it('has the squared norm 1 + 4 + 9 + 36 + 64', () => {
    expect(squaredNormOfProduct(module)).toBe(114);
    expect(squaredNormOfProduct(constantModule(9, 2))).toBe(15 * 36 ** 2);
    expect(squaredNormOfProduct(constantModule(9, 0))).toBe(0);
  });

  it('has a tail of the last column of B, norm 4, and the last row of A, norm 2', () => {
    expect(normOfTail(module, 1)).toBe(8);
    expect(normOfTail(module, 2)).toBe(0);
  });
});
