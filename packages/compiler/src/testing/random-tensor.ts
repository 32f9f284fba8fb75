import type { Random } from '@legend-fl/base';
import type { ConstantData } from '../graph/graph.ts';

/** A float32 tensor of uniform numbers in [-1, 1). */
export function randomTensor(random: Random, dims: readonly number[]): ConstantData {
  const length = dims.reduce((product, dim) => product * dim, 1);
  return { dtype: 'float32', dims, data: Array.from({ length }, () => Math.fround(2 * random() - 1)) };
}
