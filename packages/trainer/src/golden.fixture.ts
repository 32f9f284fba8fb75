import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Tensor } from '@legend-fl/adapter';
import { decodeSafetensors } from '@legend-fl/adapter';
import { expect } from 'vitest';
import type { TokenizedDataset } from './batches/tokenized-dataset.ts';

/** A padded batch of a golden. */
export interface Batch {
  readonly inputIds: readonly (readonly number[])[];
  readonly attentionMask: readonly (readonly number[])[];
  readonly tokenTypeIds?: readonly (readonly number[])[] | null;
  readonly logits: readonly (readonly number[])[];
}

/** A folder of testdata, e.g. `models/bert`. */
export const testdataFolder = (name: string): string =>
  fileURLToPath(new URL(`../../../testdata/${name}/`, import.meta.url));

export function readTensors(path: string): ReadonlyMap<string, Tensor> {
  return decodeSafetensors(readFileSync(path), path).tensors;
}

/** The examples of several batches, without their padding, one after the other. */
export function datasetOf(
  batches: readonly Batch[],
  labels: readonly (readonly number[])[],
): TokenizedDataset {
  const rows = batches.flatMap((batch) =>
    batch.inputIds.map((ids, row) => {
      const length = batch.attentionMask[row]?.reduce((sum, bit) => sum + bit, 0) ?? 0;
      const types = batch.tokenTypeIds?.[row] ?? ids.map(() => 0);
      return { ids: ids.slice(0, length), types: types.slice(0, length) };
    }),
  );
  const offsets = [0];
  for (const { ids } of rows) offsets.push((offsets.at(-1) ?? 0) + ids.length);
  return {
    ids: Int32Array.from(rows.flatMap(({ ids }) => ids)),
    typeIds: Uint8Array.from(rows.flatMap(({ types }) => types)),
    offsets: Int32Array.from(offsets),
    labels: Int32Array.from(labels.flat()),
    truncated: 0,
  };
}

/** [0 … n₁), [n₁ … n₁ + n₂), … */
export function batchIndices(sizes: readonly number[]): number[][] {
  let start = 0;
  return sizes.map((size) => {
    const indices = Array.from({ length: size }, (_, index) => start + index);
    start += size;
    return indices;
  });
}

/** Every |actual - expected| is below `tolerance`. */
export function expectClose(
  actual: Float32Array | undefined,
  expected: ArrayLike<number>,
  tolerance: number,
): void {
  expect(actual).toHaveLength(expected.length);
  const worst = Math.max(
    ...Array.from(expected, (value, index) => Math.abs(value - (actual?.[index] ?? Number.NaN))),
  );
  expect(worst).toBeLessThan(tolerance);
}
