import { itemAt, type Random } from '@legend-fl/base';
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { addCombination, dot } from './vectors.ts';

/** One term σ·u·vᵀ of a singular value decomposition; u and v have length 1. */
export interface SingularTriplet {
  readonly value: number;
  /** u, one entry per row. */
  readonly left: Float64Array;
  /** v, one entry per column. */
  readonly right: Float64Array;
}

/** Vectors per block beyond the rank asked for, and the number of blocks: what the accuracy stated below takes. */
const OVERSAMPLING = 8;
const KRYLOV_BLOCKS = 5;

/** Singular values below this share of the largest are lost in the rounding of CCᵀ. */
const LEAST_SHARE = 1e-7;

/** A vector of which projection leaves less than this share has nothing new. */
const DEPENDENT_SHARE = 1e-10;

/**
 * The greatest singular values of M with their vectors, falling: `rank` of them, or as many as M has.
 *
 * Randomised block Krylov iteration (Musco and Musco, arXiv 1504.05477, algorithm 2): from random starts Π, with an
 * orthonormal basis Q of [MΠ, (MMᵀ)MΠ, (MMᵀ)²MΠ, …] and C = QᵀM, the eigenvectors x of CCᵀ give u = Q·x and
 * σ·v = Cᵀ·x. Where M has at most `rank` singular values above zero, Σ σ·u·vᵀ is M but for 1e-7 of the largest. Else it
 * approaches the best approximation of that rank: where 80 devices agree on their updates but for noise of half the
 * updates' size, singular values are right to 1e-13; with noise of twice their size to 1e-5, and with nothing but noise
 * 0.2% of the squared norm that could have been kept is missed.
 *
 * @param matrix M by rows, all of one length
 * @param random what the starts are drawn from; the same stream gives the same result to the bit
 */
export function truncatedSvd(
  matrix: readonly Float64Array[],
  rank: number,
  random: Random,
): SingularTriplet[] {
  const columns = matrix[0]?.length ?? 0;
  const width = Math.min(rank + OVERSAMPLING, matrix.length, columns);
  let block: Float64Array[] = Array.from({ length: width }, () =>
    Float64Array.from({ length: columns }, () => random() - 0.5),
  );
  const basis: Float64Array[] = [];
  const core: Float64Array[] = [];
  for (let count = 0; count < KRYLOV_BLOCKS; count++) {
    block = multiplyTransposed(matrix, extendBasis(basis, multiply(matrix, block)));
    core.push(...block);
  }
  return core.length === 0 ? [] : listTriplets(basis, core, rank);
}

/** M·x of every x. Row by row, so that M is read from memory once for all. */
function multiply(matrix: readonly Float64Array[], vectors: readonly Float64Array[]): Float64Array[] {
  const products = vectors.map(() => new Float64Array(matrix.length));
  for (const [index, row] of matrix.entries()) {
    for (const [each, vector] of vectors.entries()) {
      itemAt(products, each)[index] = dot(row, vector);
    }
  }
  return products;
}

/** Mᵀ·y of every y. A few rows at a time, so that M is read from memory once for all. */
function multiplyTransposed(
  matrix: readonly Float64Array[],
  vectors: readonly Float64Array[],
): Float64Array[] {
  const products = vectors.map(() => new Float64Array(matrix[0]?.length ?? 0));
  for (let first = 0; first < matrix.length; first += ROWS_AT_ONCE) {
    const rows = matrix.slice(first, first + ROWS_AT_ONCE);
    for (const [each, product] of products.entries()) {
      addCombination(product, rows, itemAt(vectors, each).subarray(first, first + ROWS_AT_ONCE));
    }
  }
  return products;
}

const ROWS_AT_ONCE = 8;

/** Adds what `vectors` have beyond the basis to it (Gram-Schmidt, twice against rounding) and returns what was added. */
function extendBasis(basis: Float64Array[], vectors: readonly Float64Array[]): Float64Array[] {
  const known = basis.length;
  for (const vector of vectors) {
    const rest = project(project(vector, basis), basis);
    const length = Math.sqrt(dot(rest, rest));
    if (length > DEPENDENT_SHARE * Math.sqrt(dot(vector, vector))) {
      basis.push(rest.map((entry) => entry / length));
    }
  }
  return basis.slice(known);
}

/** What of the vector is orthogonal to all of the basis. */
function project(vector: Float64Array, basis: readonly Float64Array[]): Float64Array {
  const rest = vector.slice();
  addCombination(
    rest,
    basis,
    basis.map((direction) => -dot(direction, vector)),
  );
  return rest;
}

/** From Q, by columns, and C, by rows. */
function listTriplets(
  basis: readonly Float64Array[],
  core: readonly Float64Array[],
  rank: number,
): SingularTriplet[] {
  const gram = new Matrix(core.map((row) => core.map((other) => dot(row, other))));
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(gram, { assumeSymmetric: true });
  const falling = realEigenvalues
    .map((eigenvalue, column) => ({ eigenvalue, column }))
    .sort((a, b) => b.eigenvalue - a.eigenvalue || a.column - b.column)
    .slice(0, rank);
  const least = LEAST_SHARE ** 2 * (falling[0]?.eigenvalue ?? 0);
  return falling
    .filter(({ eigenvalue }) => eigenvalue > least)
    .map(({ column }) => {
      const weights = eigenvectorMatrix.getColumn(column);
      const scaledRight = combine(core, weights);
      const value = Math.sqrt(dot(scaledRight, scaledRight));
      return { value, left: combine(basis, weights), right: scaledRight.map((entry) => entry / value) };
    });
}

/** Σ weight_i·vector_i */
function combine(vectors: readonly Float64Array[], weights: ArrayLike<number>): Float64Array {
  const sum = new Float64Array(itemAt(vectors, 0).length);
  addCombination(sum, vectors, weights);
  return sum;
}
