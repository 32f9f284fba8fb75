import type { TokenizedDataset } from './tokenized-dataset.ts';

/** Examples of the given numbers of tokens: example i has the ids 100·(i+1), 100·(i+1)+1, … and label i mod 2. */
export function toyDataset(lengths: readonly number[]): TokenizedDataset {
  const offsets = new Int32Array(lengths.length + 1);
  for (const [index, length] of lengths.entries()) offsets[index + 1] = (offsets[index] ?? 0) + length;
  return {
    ids: Int32Array.from(
      lengths.flatMap((length, row) => Array.from({ length }, (_, at) => 100 * (row + 1) + at)),
    ),
    typeIds: Uint8Array.from(
      lengths.flatMap((length) => Array.from({ length }, (_, at) => (at < length / 2 ? 0 : 1))),
    ),
    offsets,
    labels: Int32Array.from(lengths, (_, index) => index % 2),
    truncated: 0,
  };
}
