import type { Adapter, LoraModule } from '@legend-fl/adapter';
import { describe, expect, it } from 'vitest';
import { truncateRanks } from './truncate-ranks.ts';

const matrix = (rows: number, columns: number, ...values: number[]) => ({
  dims: [rows, columns],
  data: Float32Array.from(values),
});
const module: LoraModule = {
  kind: 'lora',
  alpha: 6,
  a: matrix(3, 2, 1, 2, 3, 4, 5, 6),
  b: matrix(2, 3, 1, 2, 3, 4, 5, 6),
};
const bottleneck = {
  kind: 'bottleneck' as const,
  down: matrix(3, 1, 1, 2, 3),
  downBias: { dims: [3], data: new Float32Array(3) },
  up: matrix(1, 3, 1, 2, 3),
  upBias: { dims: [1], data: new Float32Array(1) },
};
const adapter: Adapter = {
  blocks: [new Map([['query', module]]), new Map([['query', module]])],
  head: new Map([['bias', { dims: [2], data: new Float32Array(2) }]]),
};

describe('truncated ranks', () => {
  it('keep the first rows of A and the first columns of B, and alpha per rank', () => {
    expect(truncateRanks(adapter, [1, 2]).blocks).toEqual([
      new Map([['query', { kind: 'lora', alpha: 2, a: matrix(1, 2, 1, 2), b: matrix(2, 1, 1, 4) }]]),
      new Map([
        ['query', { kind: 'lora', alpha: 4, a: matrix(2, 2, 1, 2, 3, 4), b: matrix(2, 2, 1, 2, 4, 5) }],
      ]),
    ]);
  });

  it('are those of the last blocks; blocks below, and modules that are within them, stay', () => {
    const truncated = truncateRanks(adapter, [1]);
    expect(truncated.blocks[0]).toBe(adapter.blocks[0]);
    expect(truncated.blocks[1]?.get('query')).toMatchObject({ a: { dims: [1, 2] } });
    expect(truncateRanks(adapter, [3, 8])).toEqual(adapter);
    expect(truncateRanks(adapter, [3, 8]).blocks[1]).toBe(adapter.blocks[1]);
    expect(truncated.head).toBe(adapter.head);
  });

  it('leave a block of rank 0 empty', () => {
    expect(truncateRanks(adapter, [0]).blocks[1]?.size).toBe(0);
  });

  it('leave bottlenecks alone', () => {
    const mixed = { ...adapter, blocks: [new Map([['output', bottleneck]])] };
    expect(truncateRanks(mixed, [1])).toEqual(mixed);
  });
});
