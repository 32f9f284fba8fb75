import { type TokenizedDataset, tokenCount } from '@legend-fl/trainer';
import type { Experiment } from './experiment.ts';

/** The examples whose hidden states after block b a device holds, by b. */
export type CachedExamples = ReadonlyMap<number, ReadonlySet<number>>;

/** Everything that a simulated trunk cache depends on. */
export interface VirtualCache {
  readonly rule: NonNullable<Experiment['trunkCache']>;
  readonly train: TokenizedDataset;
  readonly hidden: number;
}

/**
 * Expected number of trunk blocks that a local step computes, at each depth k = 1 … L: L-k blocks for every example whose
 * states after block L-k the device's cache lacks. Batches draw all examples with equal chance.
 */
export function expectTrunkBlocks(
  cached: CachedExamples,
  examples: readonly number[],
  blocks: number,
): readonly number[] {
  return Array.from({ length: blocks }, (_, index) => {
    const boundary = blocks - index - 1;
    const held = cached.get(boundary)?.size ?? 0;
    return boundary * (1 - held / examples.length);
  });
}

/** The cache after some batches at one boundary, and the blocks that they computed. */
export interface CacheUse {
  readonly cached: CachedExamples;
  /** Blocks of the trunk per local step, on average; an example that is drawn twice is computed once. */
  readonly trunkBlocks: number;
}

/**
 * Runs a round's batches through a device's cache. An example whose states are missing is computed, and kept while there is
 * room; nothing is evicted, because the device will draw every example again.
 * @param boundary the trunk's blocks are 1 … boundary
 */
export function useCache(
  { rule, train, hidden }: VirtualCache,
  cached: CachedExamples,
  batches: readonly (readonly number[])[],
  boundary: number,
): CacheUse {
  const bytesPerToken = hidden * (rule.type === 'f16' ? 2 : 4);
  const bytesOf = (example: number) => tokenCount(train, example) * bytesPerToken;
  let room = 1e6 * rule.megabytes;
  for (const held of cached.values()) for (const example of held) room -= bytesOf(example);
  const held = new Set(cached.get(boundary));
  let computedShare = 0;
  for (const batch of batches) {
    const missing = batch.filter((example) => !held.has(example));
    computedShare += missing.length / batch.length;
    for (const example of missing) {
      if (bytesOf(example) > room) continue;
      room -= bytesOf(example);
      held.add(example);
    }
  }
  return {
    cached: boundary === 0 ? cached : new Map([...cached, [boundary, held]]),
    trunkBlocks: (boundary * computedShare) / batches.length,
  };
}
