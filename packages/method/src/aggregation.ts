import { mapTensors, namedTensors, type Tensor } from '@legend/adapter';
import type { Plan } from './plan.ts';
import { type RoundStarts, roundStarts } from './round-starts.ts';
import type { GlobalState, Update } from './strategies/strategy.ts';

/**
 * Running per-block average. Its size is that of the adapter, whatever the number of updates. Sums are float64:
 * examples × float32 values of any realistic fleet add up without loss.
 */
export interface AdapterSum {
  readonly global: GlobalState;
  readonly starts: RoundStarts;
  /** Dims of the global adapter's tensors. */
  readonly dims: ReadonlyMap<string, readonly number[]>;
  /** By the names of `namedTensors`; only of what somebody trained. */
  readonly tensors: Map<string, WeightedSum>;
}

/** Of one tensor of the global adapter; row-major like it. */
interface WeightedSum {
  /** Σ n_i·x_i over the devices that have the value. */
  readonly values: Float64Array;
  /** Σ n_i over the same. */
  readonly examples: Float64Array;
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
 */
export function beginSum(global: GlobalState, plan: Plan): AdapterSum {
  const dims = new Map([...namedTensors(global.adapter)].map(([name, tensor]) => [name, tensor.dims]));
  return { global, starts: roundStarts(global, plan), dims, tensors: new Map() };
}

/** Adds one update into `sum` and returns it. Throws InputError as `RoundStarts.check` does, before anything changes. */
export function addToSum(sum: AdapterSum, update: Update): AdapterSum {
  sum.starts.check(update);
  for (const [name, tensor] of namedTensors(update.adapter)) {
    const dims = sum.dims.get(name) ?? tensor.dims;
    let total = sum.tensors.get(name);
    if (total === undefined) {
      const size = dims.reduce((product, dim) => product * dim, 1);
      total = { values: new Float64Array(size), examples: new Float64Array(size) };
      sum.tensors.set(name, total);
    }
    addCorner(total, dims.at(-1) ?? 1, tensor, update.examples);
  }
  return sum;
}

/** Adds a matrix to the first rows and columns of the sum, which has `columns` of them. */
function addCorner(
  { values, examples }: WeightedSum,
  columns: number,
  { dims, data }: Tensor,
  weight: number,
): void {
  const ownColumns = dims.at(-1) ?? 1;
  // Rows as long as the sum's follow one another in both, as if they were one.
  const width = ownColumns === columns ? data.length : ownColumns;
  for (let start = 0, target = 0; start < data.length; start += width, target += columns) {
    for (let column = 0; column < width; column++) {
      const index = target + column;
      values[index] = (values[index] ?? 0) + weight * (data[start + column] ?? 0);
      examples[index] = (examples[index] ?? 0) + weight;
    }
  }
}

/** The averages. Tensors that nobody trained are the global ones themselves; without updates, so is the whole state. */
export function finishSum({ global, tensors }: AdapterSum): GlobalState {
  if (tensors.size === 0) return global;
  const adapter = mapTensors(global.adapter, (name, tensor) => {
    const total = tensors.get(name);
    return total === undefined ? tensor : { dims: tensor.dims, data: averageOf(total, tensor.data) };
  });
  return { ...global, adapter };
}

function averageOf({ values, examples }: WeightedSum, kept: Float32Array): Float32Array {
  return kept.map((value, index) => {
    const weight = examples[index] ?? 0;
    return weight === 0 ? value : (values[index] ?? 0) / weight;
  });
}
