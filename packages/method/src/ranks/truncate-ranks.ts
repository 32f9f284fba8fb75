import {
  type Adapter,
  type AdapterModule,
  type LoraModule,
  matrixDims,
  rankOf,
  type Tensor,
} from '@legend-fl/adapter';

/**
 * The adapter with at most the given ranks: of each LoRA module the first r rows of A and the first r columns of B, and
 * α in proportion, so that α/r stays and ΔW = (α/r)·Σ_j b_j·a_j only loses terms. A block of rank 0 is left empty.
 * Modules that are within their rank already, those of other kinds and the head are shared with the argument.
 *
 * @param ranks of the last blocks, ascending by block, as many as there are to truncate; the others stay as they are
 */
export function truncateRanks(adapter: Adapter, ranks: readonly number[]): Adapter {
  const kept = adapter.blocks.length - ranks.length;
  return {
    ...adapter,
    blocks: adapter.blocks.map((block, index) => {
      const rank = ranks[index - kept];
      return rank === undefined ? block : truncateBlock(block, rank);
    }),
  };
}

function truncateBlock(
  block: ReadonlyMap<string, AdapterModule>,
  rank: number,
): ReadonlyMap<string, AdapterModule> {
  const modules = [...block];
  if (modules.every(([, module]) => module.kind !== 'lora' || rankOf(module) <= rank)) return block;
  const truncated = modules.flatMap(([target, module]): [string, AdapterModule][] => {
    if (module.kind !== 'lora' || rankOf(module) <= rank) return [[target, module]];
    return rank === 0 ? [] : [[target, truncateModule(module, rank)]];
  });
  return new Map(truncated);
}

function truncateModule(module: LoraModule, rank: number): LoraModule {
  const { alpha, a, b } = module;
  return {
    kind: 'lora',
    alpha: (alpha * rank) / rankOf(module),
    a: { dims: [rank, ...a.dims.slice(1)], data: a.data.slice(0, rank * matrixDims(a)[1]) },
    b: firstColumns(b, rank),
  };
}

function firstColumns(tensor: Tensor, count: number): Tensor {
  const [rows, columns] = matrixDims(tensor);
  const kept = new Float32Array(rows * count);
  for (let row = 0; row < rows; row++) {
    kept.set(tensor.data.subarray(row * columns, row * columns + count), row * count);
  }
  return { dims: [rows, count], data: kept };
}
