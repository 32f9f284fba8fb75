import { type Adapter, type LoraModule, matrixDims, rankOf, type Tensor } from '@legend-fl/adapter';
import { InputError } from '@legend-fl/base';
import type { Architecture } from '@legend-fl/models';

/**
 * The parameters that the adapter changes, by checkpoint name: W + (α/r)·B·A for every target, and the head.
 * @param read gives a base parameter by its checkpoint name
 * @throws InputError for a bottleneck, which no weight of the base can stand in for
 */
export async function mergeAdapter(
  architecture: Architecture,
  adapter: Adapter,
  read: (name: string, dims: readonly number[]) => Promise<Tensor>,
): Promise<Map<string, Tensor>> {
  const merged = new Map<string, Tensor>(adapter.head);
  for (const [index, block] of adapter.blocks.entries()) {
    for (const [target, module] of block) {
      if (module.kind !== 'lora') throw refuseBottleneck(index + 1, target);
      const name = `${architecture.blockPath(index + 1)}.${target}.weight`;
      const dims = [matrixDims(module.b)[0], matrixDims(module.a)[1]];
      merged.set(name, addProduct(await read(name, dims), module));
    }
  }
  return merged;
}

function refuseBottleneck(block: number, target: string): InputError {
  return new InputError({
    code: 'adapter-not-mergeable',
    expected: 'LoRA, which can be merged into a weight',
    got: `a bottleneck on ${target} of block ${block}, which is not linear`,
    where: 'adapter',
    todo: 'Use the base model and the adapter side by side, or train LoRA.',
  });
}

/** W + (α/r)·B·A, summed in double precision; W [out, in]. */
function addProduct(weight: Tensor, module: LoraModule): Tensor {
  const rank = rankOf(module);
  const [rows, columns] = matrixDims(weight);
  const scale = module.alpha / rank;
  const data = new Float32Array(weight.data.length);
  for (let row = 0; row < rows; row++) {
    const sums = new Float64Array(columns);
    for (let r = 0; r < rank; r++) {
      const factor = module.b.data[row * rank + r] ?? 0;
      for (let column = 0; column < columns; column++) {
        sums[column] = (sums[column] ?? 0) + factor * (module.a.data[r * columns + column] ?? 0);
      }
    }
    for (let column = 0; column < columns; column++) {
      const at = row * columns + column;
      data[at] = (weight.data[at] ?? 0) + scale * (sums[column] ?? 0);
    }
  }
  return { dims: weight.dims, data };
}
