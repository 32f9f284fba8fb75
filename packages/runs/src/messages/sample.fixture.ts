import type { Adapter, AdapterModule, Tensor } from '@legend-fl/adapter';

/** Adapters of fixed values in ±1. */

export function tensorOf(dims: readonly number[], from: number): Tensor {
  const size = dims.reduce((product, dim) => product * dim, 1);
  return { dims, data: Float32Array.from({ length: size }, (_, index) => Math.sin(from + index)) };
}

const lora = (from: number): AdapterModule => ({
  kind: 'lora',
  alpha: from + 4,
  a: tensorOf([2, 30], from),
  b: tensorOf([30, 2], -from),
});

const bottleneck = (from: number): AdapterModule => ({
  kind: 'bottleneck',
  down: tensorOf([3, 30], from),
  downBias: tensorOf([3], from + 1),
  up: tensorOf([30, 3], from + 2),
  upBias: tensorOf([30], from + 3),
});

const head = new Map([
  ['classifier.weight', tensorOf([2, 30], 4)],
  ['classifier.bias', tensorOf([2], 5)],
]);

/** LoRA on query and value of each of three blocks. */
export const threeBlocks: Adapter = {
  blocks: [1, 2, 3].map(
    (block) =>
      new Map([
        ['query', lora(block)],
        ['value', lora(block + 0.5)],
      ]),
  ),
  head,
};

/** Three blocks of which the upper two carry bottlenecks. */
export const twoBottlenecks: Adapter = {
  blocks: [new Map(), new Map([['output.dense', bottleneck(1)]]), new Map([['output.dense', bottleneck(2)]])],
  head,
};
