import { mapTensors, namedTensors, type Tensor } from '@legend-fl/adapter';
import { entryOf } from '@legend-fl/base';
import { addScaled } from '../algebra/add-scaled.ts';
import type { GlobalState } from '../global-state.ts';
import type { Plan } from '../plan.ts';
import type { Update } from '../update.ts';
import { type RoundStarts, roundStarts } from './round-starts.ts';

/**
 * Running per-block average. Its size is that of the adapter, whatever the number of updates. Sums are float64:
 * examples × float32 values of any realistic fleet add up without loss.
 */
export interface AdapterSum {
  readonly global: GlobalState;
  readonly starts: RoundStarts;
  /** Dims of the global adapter's tensors. */
  readonly dims: ReadonlyMap<string, readonly number[]>;
  /** Updates that a value needs to move, see `RoundContext.minimumCohort`. */
  readonly minimumCohort: number;
  /** Updates so far. */
  updates: number;
  /** By the names of `namedTensors`; only of what somebody trained. */
  readonly tensors: Map<string, WeightedSum>;
}

/** Of one tensor of the global adapter. */
interface WeightedSum {
  readonly dims: readonly number[];
  /** Σ n_i·x_i over the devices that have the value; row-major. */
  readonly values: Float64Array;
  /** What was added, by its shape: few shapes, however many devices. */
  readonly corners: Corner[];
}

/** The first rows and columns of a matrix, as many as some devices have; how many these are, and Σ n_i over them. */
interface Corner {
  readonly dims: readonly number[];
  updates: number;
  examples: number;
}

/**
 * Aggregation per block (paper: adaptive, layer by layer; example weights are ours, after FedAvg): with n_i the
 * examples of device i and S_l the devices that trained block l in this round,
 *
 *   x_l ← Σ_{i ∈ S_l} n_i·x_{l,i} / Σ_{i ∈ S_l} n_i   for A and B of each target of block l;
 *   the head likewise over all devices; a block with empty S_l keeps its value.
 *
 * A device may have trained fewer than the block's ranks, the first r_i of them (see `truncateRanks`). Then row j of A
 * and column j of B are averaged over those of S_l with r_i ≥ j, and keep their values where there is none. Nothing is
 * padded: zeros for what a device doesn't have would pull the average towards zero.
 *
 * A value that fewer than `plan.minimumCohort` devices trained keeps its value too. Everybody trains the head, so with
 * fewer updates than that nothing moves at all.
 */
export function beginSum(global: GlobalState, plan: Plan): AdapterSum {
  const dims = new Map([...namedTensors(global.adapter)].map(([name, tensor]) => [name, tensor.dims]));
  return {
    global,
    starts: roundStarts(global, plan),
    dims,
    minimumCohort: plan.minimumCohort ?? 1,
    updates: 0,
    tensors: new Map(),
  };
}

/** Adds one update into `sum` and returns it. Throws InputError as `RoundStarts.check` does, before anything changes. */
export function addToSum(sum: AdapterSum, update: Update): AdapterSum {
  sum.starts.check(update);
  sum.updates += 1;
  for (const [name, tensor] of namedTensors(update.adapter)) {
    let total = sum.tensors.get(name);
    if (total === undefined) {
      const dims = entryOf(sum.dims, name);
      total = { dims, values: new Float64Array(sizeOf(dims)), corners: [] };
      sum.tensors.set(name, total);
    }
    addTensor(total, tensor, update.examples);
  }
  return sum;
}

function addTensor({ dims, values, corners }: WeightedSum, tensor: Tensor, examples: number): void {
  const { data } = tensor;
  forEachRun(dims, tensor.dims, (from, to, length) => {
    addScaled(values, data.length === length ? data : data.subarray(from, from + length), examples, to);
  });
  const corner = corners.find((known) => haveSameDims(known.dims, tensor.dims));
  if (corner === undefined) {
    corners.push({ dims: tensor.dims, updates: 1, examples });
    return;
  }
  corner.updates += 1;
  corner.examples += examples;
}

/**
 * Calls `visit` for the values of a corner that follow one another both in it and in the whole: its rows, or all of it
 * at once where its rows are whole ones.
 */
function forEachRun(
  whole: readonly number[],
  corner: readonly number[],
  visit: (from: number, to: number, length: number) => void,
): void {
  const columns = whole.at(-1) ?? 1;
  const ownColumns = corner.at(-1) ?? 1;
  const size = sizeOf(corner);
  if (ownColumns === columns) {
    visit(0, 0, size);
    return;
  }
  for (let from = 0, to = 0; from < size; from += ownColumns, to += columns) visit(from, to, ownColumns);
}

function haveSameDims(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((dim, axis) => dim === other[axis]);
}

function sizeOf(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1);
}

/**
 * The averages. Tensors that nobody trained are the global ones themselves; with fewer updates than the minimum cohort, or
 * none, so is the whole state.
 */
export function finishSum({ global, tensors, updates, minimumCohort }: AdapterSum): GlobalState {
  if (updates < minimumCohort || tensors.size === 0) return global;
  const adapter = mapTensors(global.adapter, (name, tensor) => {
    const total = tensors.get(name);
    if (total === undefined || countUpdates(total) < minimumCohort) return tensor;
    return { dims: tensor.dims, data: averageOf(total, tensor.data, minimumCohort) };
  });
  return { ...global, adapter };
}

function countUpdates({ corners }: WeightedSum): number {
  return corners.reduce((count, { updates }) => count + updates, 0);
}

function averageOf(total: WeightedSum, kept: Float32Array, minimumCohort: number): Float32Array {
  const updates = countByValue(total, ({ updates }) => updates);
  const examples = countByValue(total, ({ examples }) => examples);
  return kept.map((value, index) =>
    (updates[index] ?? 0) < minimumCohort ? value : (total.values[index] ?? 0) / (examples[index] ?? 0),
  );
}

/** The sum of a figure of each value's corners. */
function countByValue(
  { dims, values, corners }: WeightedSum,
  figureOf: (corner: Corner) => number,
): Float64Array {
  const counts = new Float64Array(values.length);
  for (const corner of corners) {
    const figure = figureOf(corner);
    forEachRun(dims, corner.dims, (_, to, length) => {
      for (let index = to; index < to + length; index++) counts[index] = (counts[index] ?? 0) + figure;
    });
  }
  return counts;
}
