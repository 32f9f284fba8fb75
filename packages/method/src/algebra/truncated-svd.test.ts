import { seededRandom } from '@legend-fl/base';
import { Matrix, SingularValueDecomposition } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { type SingularTriplet, truncatedSvd } from './truncated-svd.ts';

function randomRows(rows: number, columns: number, seed: number): Float64Array[] {
  const random = seededRandom(seed, 'rows');
  return Array.from({ length: rows }, () => Float64Array.from({ length: columns }, () => random() - 0.5));
}

function product(left: readonly Float64Array[], right: readonly Float64Array[]): Float64Array[] {
  const columns = right[0]?.length ?? 0;
  return left.map((row) =>
    Float64Array.from({ length: columns }, (_, column) =>
      row.reduce((sum, entry, index) => sum + entry * (right[index]?.[column] ?? 0), 0),
    ),
  );
}

/** Σ σ·u·vᵀ */
function recompose(triplets: readonly SingularTriplet[], rows: number, columns: number): Float64Array[] {
  return Array.from({ length: rows }, (_, row) =>
    Float64Array.from({ length: columns }, (_, column) =>
      triplets.reduce(
        (sum, { value, left, right }) => sum + value * (left[row] ?? 0) * (right[column] ?? 0),
        0,
      ),
    ),
  );
}

function largestDifference(left: readonly Float64Array[], right: readonly Float64Array[]): number {
  let largest = 0;
  for (const [row, values] of left.entries()) {
    for (const [column, value] of values.entries()) {
      largest = Math.max(largest, Math.abs(value - (right[row]?.[column] ?? Number.NaN)));
    }
  }
  return largest;
}

describe('truncatedSvd', () => {
  it('lists the greatest singular values of a diagonal, falling', () => {
    const diagonal = [
      [0, 0, 2],
      [3, 0, 0],
      [0, 1, 0],
    ].map((row) => Float64Array.from(row));
    const triplets = truncatedSvd(diagonal, 2, seededRandom(1));
    expect(triplets.map(({ value }) => value)).toEqual([expect.closeTo(3, 12), expect.closeTo(2, 12)]);
    const kept = [
      [0, 0, 2],
      [3, 0, 0],
      [0, 0, 0],
    ].map((row) => Float64Array.from(row));
    expect(largestDifference(recompose(triplets, 3, 3), kept)).toBeLessThan(1e-12);
  });

  it.each([
    [1, 5, 1],
    [40, 30, 4],
    [30, 90, 12],
    [7, 5, 12],
  ])('gives back a %i × %i matrix of at most rank %i', (rows, columns, rank) => {
    const matrix = product(randomRows(rows, rank, 1), randomRows(rank, columns, 2));
    const triplets = truncatedSvd(matrix, rank, seededRandom(3));
    expect(triplets).toHaveLength(Math.min(rows, columns, rank));
    expect(largestDifference(recompose(triplets, rows, columns), matrix)).toBeLessThan(1e-7);
  });

  it('finds singular values that occur several times', () => {
    const identity = Array.from({ length: 40 }, (_, row) => {
      const values = new Float64Array(40);
      values[row] = 1;
      return values;
    });
    const triplets = truncatedSvd(identity, 3, seededRandom(1));
    expect(triplets.map(({ value }) => value)).toEqual(new Array(3).fill(expect.closeTo(1, 12)));
  });

  it('agrees with a full decomposition where noise has hidden the rank', () => {
    const signal = product(randomRows(120, 6, 1), randomRows(6, 100, 2));
    const noise = randomRows(120, 100, 3);
    const matrix = signal.map((row, i) => row.map((value, j) => value + 0.05 * (noise[i]?.[j] ?? 0)));
    const { diagonal } = new SingularValueDecomposition(new Matrix(matrix.map((row) => [...row])));
    const values = truncatedSvd(matrix, 8, seededRandom(4)).map(({ value }) => value);
    for (const [index, value] of values.entries()) expect(value / (diagonal[index] ?? 0)).toBeCloseTo(1, 5);
    expect(values).toHaveLength(8);
  });

  it('finds nothing in zeros', () => {
    expect(truncatedSvd([new Float64Array(3), new Float64Array(3)], 2, seededRandom(1))).toEqual([]);
  });

  it('makes the same of the same stream', () => {
    const matrix = randomRows(30, 30, 5);
    expect(truncatedSvd(matrix, 4, seededRandom(6))).toEqual(truncatedSvd(matrix, 4, seededRandom(6)));
  });
});
