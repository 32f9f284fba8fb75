import { seededRandom } from '@legend-fl/base';
import { type TokenizedDataset, tokenCount } from './tokenized-dataset.ts';

/** Batches whose examples are sorted together: large enough for equal lengths, small enough to stay random. */
const WINDOW_BATCHES = 16;

/**
 * An endless stream of batches of example indices: in each epoch every example once, in an order drawn from the seed,
 * examples of similar length together so that little is padding.
 */
export function* trainingBatches(
  dataset: TokenizedDataset,
  examples: readonly number[],
  { batchSize, seed }: { readonly batchSize: number; readonly seed: number },
): Generator<readonly number[], never> {
  for (let epoch = 0; ; epoch++) {
    const random = seededRandom(seed, 'batches', epoch);
    for (const window of chunk(random.shuffle(examples), batchSize * WINDOW_BATCHES)) {
      yield* random.shuffle(chunk(sortByLength(dataset, window), batchSize));
    }
  }
}

/** All examples once, longest first, in batches of at most `batchSize`. */
export function evaluationBatches(
  dataset: TokenizedDataset,
  examples: readonly number[],
  batchSize: number,
): readonly (readonly number[])[] {
  return chunk(sortByLength(dataset, examples), batchSize);
}

function sortByLength(dataset: TokenizedDataset, examples: readonly number[]): number[] {
  return examples.toSorted((a, b) => tokenCount(dataset, b) - tokenCount(dataset, a));
}

/** Consecutive parts of `size` items; the last may be shorter. */
export function chunk<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
