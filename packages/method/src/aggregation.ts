import { mapTensors, namedTensors } from '@legend/adapter';
import { checkUpdate } from './check-update.ts';
import type { GlobalState, Update } from './strategies/strategy.ts';

/**
 * Running per-block average. Its size is that of the adapter, whatever the number of updates. Sums are float64:
 * examples × float32 values of any realistic fleet add up without loss.
 */
export interface AdapterSum {
  readonly global: GlobalState;
  /** By the names of `namedTensors`; only of what somebody trained. */
  readonly tensors: Map<string, WeightedSum>;
}

interface WeightedSum {
  /** Σ n_i·x_i, row-major as the tensor. */
  readonly values: Float64Array;
  /** Σ n_i. */
  examples: number;
}

/**
 * Aggregation per block (paper: adaptive, layer by layer; example weights are ours, after FedAvg): with n_i the
 * examples of device i and S_l the devices that trained block l in this round,
 *
 *   x_l ← Σ_{i ∈ S_l} n_i·x_{l,i} / Σ_{i ∈ S_l} n_i   for A and B of each target of block l;
 *   the head likewise over all devices; a block with empty S_l keeps its value.
 *
 * Ranks agree block by block over all devices, so nothing is padded.
 */
export function beginSum(global: GlobalState): AdapterSum {
  return { global, tensors: new Map() };
}

/** Adds one update into `sum` and returns it. Throws InputError as `checkUpdate` does, before anything changes. */
export function addToSum(sum: AdapterSum, update: Update): AdapterSum {
  checkUpdate(sum.global.adapter, update);
  for (const [name, { data }] of namedTensors(update.adapter)) {
    let total = sum.tensors.get(name);
    if (total === undefined) {
      total = { values: new Float64Array(data.length), examples: 0 };
      sum.tensors.set(name, total);
    }
    const { values } = total;
    for (let index = 0; index < data.length; index++) {
      values[index] = (values[index] ?? 0) + update.examples * (data[index] ?? 0);
    }
    total.examples += update.examples;
  }
  return sum;
}

/** The averages. Tensors that nobody trained are the global ones themselves; without updates, so is the whole state. */
export function finishSum({ global, tensors }: AdapterSum): GlobalState {
  if (tensors.size === 0) return global;
  const adapter = mapTensors(global.adapter, (name, tensor) => {
    const total = tensors.get(name);
    if (total === undefined) return tensor;
    return { dims: tensor.dims, data: Float32Array.from(total.values, (value) => value / total.examples) };
  });
  return { ...global, adapter };
}
