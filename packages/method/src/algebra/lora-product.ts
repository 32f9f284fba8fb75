import { type LoraModule, matrixDims } from '@legend-fl/adapter';
import { itemAt } from '@legend-fl/base';
import { addCombination, dot } from './vectors.ts';

/** rows += factor·B·A, with a row [in] for each of the module's outputs. */
export function addLoraProduct(rows: readonly Float64Array[], module: LoraModule, factor: number): void {
  const factorA = rowsOfA(module);
  for (const [output, row] of rows.entries()) {
    addCombination(row, factorA, module.b.data, factor, output * factorA.length);
  }
}

/** ‖B·A‖²_F = tr(BᵀB·AAᵀ) = Σ_ij (BᵀB)_ij·(AAᵀ)_ij, which takes r²·(in + out) products in place of r·in·out. */
export function squaredNormOfProduct(module: LoraModule): number {
  const factorA = rowsOfA(module);
  const factorB = columnsOfB(module);
  let sum = 0;
  for (const [i, rowA] of factorA.entries()) {
    const columnB = itemAt(factorB, i);
    sum += dot(columnB, columnB) * dot(rowA, rowA);
    for (let j = 0; j < i; j++) {
      sum += 2 * dot(columnB, itemAt(factorB, j)) * dot(rowA, itemAt(factorA, j));
    }
  }
  return Math.max(0, sum);
}

/** ‖B[:, from:]‖_F·‖A[from:, :]‖_F: how much the ranks after the first `from` weigh. */
export function normOfTail(module: LoraModule, from: number): number {
  const norm = (vectors: readonly Float64Array[]) =>
    Math.sqrt(vectors.slice(from).reduce((sum, vector) => sum + dot(vector, vector), 0));
  return norm(columnsOfB(module)) * norm(rowsOfA(module));
}

function rowsOfA({ a }: LoraModule): Float64Array[] {
  const [rank, columns] = matrixDims(a);
  return Array.from(
    { length: rank },
    (_, row) => new Float64Array(a.data.subarray(row * columns, (row + 1) * columns)),
  );
}

function columnsOfB({ b }: LoraModule): Float64Array[] {
  const [rows, rank] = matrixDims(b);
  const columns = Array.from({ length: rank }, () => new Float64Array(rows));
  for (const [column, values] of columns.entries()) {
    for (let row = 0; row < rows; row++) values[row] = b.data[row * rank + column] ?? 0;
  }
  return columns;
}
