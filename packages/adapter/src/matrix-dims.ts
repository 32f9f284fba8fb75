import { itemAt } from '@legend-fl/base';
import type { Tensor } from './adapter.ts';

/** Rows and columns of a tensor that is known to be a matrix. Throws RangeError for one of other dimensions. */
export function matrixDims({ dims }: Pick<Tensor, 'dims'>): readonly [rows: number, columns: number] {
  if (dims.length !== 2) throw new RangeError(`A matrix has two dimensions, not [${dims.join(', ')}].`);
  return [itemAt(dims, 0), itemAt(dims, 1)];
}
