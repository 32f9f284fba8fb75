import type { Adapter } from '@legend-fl/adapter';
import { entryOf } from '@legend-fl/base';
import { addScaled } from '../algebra/add-scaled.ts';
import type { Update } from '../update.ts';

/** Running average of the task head by examples: Σ n_i·x_i / Σ n_i, in float64. */
export interface HeadAverage {
  /** Σ n_i·x_i by name. */
  readonly values: Map<string, Float64Array>;
  /** Σ n_i. */
  examples: number;
  /** Updates so far. */
  updates: number;
}

export function beginHead({ head }: Adapter): HeadAverage {
  const zeros = [...head].map(([name, { data }]) => [name, new Float64Array(data.length)] as const);
  return { values: new Map(zeros), examples: 0, updates: 0 };
}

/** Adds the head of an update that is known to fit. */
export function addHead(average: HeadAverage, { adapter, examples }: Update): void {
  for (const [name, values] of average.values) {
    addScaled(values, entryOf(adapter.head, name).data, examples);
  }
  average.examples += examples;
  average.updates += 1;
}

/** @param adapter whose shapes the head has; at least one update must have been added */
export function finishHead({ values, examples }: HeadAverage, { head }: Adapter): Adapter['head'] {
  return new Map(
    [...head].map(([name, { dims }]) => [
      name,
      { dims, data: Float32Array.from(entryOf(values, name), (value) => value / examples) },
    ]),
  );
}
