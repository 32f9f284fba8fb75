import { describe, expect, test } from 'vitest';
import { type KeptStates, type TrunkKey, widenStates } from './kept-states.ts';
import { TrunkCache } from './trunk-cache.ts';

const [TOKENS, HIDDEN] = [8, 32];
/** Of one entry in f32. */
const ENTRY_BYTES = 4 * TOKENS * HIDDEN;

const keyOf = (example: number): TrunkKey => ({
  trunk: 'ab'.repeat(32),
  boundary: 2,
  example: String(example).padStart(64, '0'),
  elementType: 'f32',
  dims: [TOKENS, HIDDEN],
});
const statesOf = (example: number) =>
  Float32Array.from({ length: TOKENS * HIDDEN }, (_, index) => Math.sin(1000 * example + index));
const ask = (cache: TrunkCache, example: number): Promise<KeptStates> =>
  cache.get(keyOf(example), async () => statesOf(example));

describe('in memory', () => {
  test('computes an entry once', async () => {
    const cache = new TrunkCache();
    const first = await ask(cache, 1);
    expect(await ask(cache, 1)).toBe(first);
    expect(cache.counts).toEqual({ memoryHits: 1, diskHits: 0, misses: 1, damaged: 0 });
    expect(cache.memoryBytes).toBe(ENTRY_BYTES);
  });

  test('drops what was used longest ago and never exceeds its budget', async () => {
    const cache = new TrunkCache({ memoryBytes: 2.5 * ENTRY_BYTES });
    for (const example of [1, 2, 1, 3]) await ask(cache, example);
    expect(cache.memoryBytes).toBe(2 * ENTRY_BYTES);
    const before = cache.counts;
    await ask(cache, 1);
    await ask(cache, 3);
    expect(cache.counts.memoryHits - before.memoryHits).toBe(2);
    await ask(cache, 2);
    expect(cache.counts.misses - before.misses).toBe(1);
  });

  test('does not push others out for an entry that is larger than the budget', async () => {
    const cache = new TrunkCache({ memoryBytes: ENTRY_BYTES });
    await ask(cache, 1);
    const large = { ...keyOf(2), dims: [2 * TOKENS, HIDDEN] } as const;
    await cache.get(large, async () => new Float32Array(2 * TOKENS * HIDDEN));
    await ask(cache, 1);
    expect(cache.counts.memoryHits).toBe(1);
  });

  test('entries of another trunk, boundary or element type are not mixed up', async () => {
    const cache = new TrunkCache();
    await ask(cache, 1);
    for (const other of [{ trunk: 'ac'.repeat(32) }, { boundary: 1 }, { elementType: 'f16' as const }]) {
      const states = await cache.get({ ...keyOf(1), ...other }, async () => statesOf(2));
      expect(widenStates(states)[1]).toBeCloseTo(Math.sin(2001), 3);
    }
    expect(cache.counts.misses).toBe(4);
  });
});
