import { describe, expect, test } from 'vitest';
import { expectTrunkBlocks, useCache } from './virtual-trunk-cache.ts';

/** Four examples of 10, 10, 20 and 20 tokens. */
const train = {
  ids: new Int32Array(60),
  typeIds: new Uint8Array(60),
  offsets: Int32Array.of(0, 10, 20, 40, 60),
  labels: new Int32Array(4),
  truncated: 0,
};
const roomy = { rule: { megabytes: 1, type: 'f32' } as const, train, hidden: 2 };

describe('a cold cache', () => {
  test('expects the whole trunk', () => {
    expect(expectTrunkBlocks(new Map(), [0, 1, 2, 3], 3)).toEqual([2, 1, 0]);
  });

  test('computes every example once and keeps it', () => {
    const { cached, trunkBlocks } = useCache(
      roomy,
      new Map(),
      [
        [0, 1],
        [1, 2],
      ],
      2,
    );
    expect(cached).toEqual(new Map([[2, new Set([0, 1, 2])]]));
    // Both of the first batch, one of the second.
    expect(trunkBlocks).toBe((2 * (1 + 0.5)) / 2);
  });
});

describe('a warm cache', () => {
  const warm = new Map([[2, new Set([0, 1, 2])]]);
  test('expects to compute what it does not hold, at that boundary alone', () => {
    expect(expectTrunkBlocks(warm, [0, 1, 2, 3], 4)).toEqual([3, 2 * 0.25, 1, 0]);
  });

  test('computes nothing of what it holds', () => {
    expect(
      useCache(
        roomy,
        warm,
        [
          [0, 1],
          [2, 0],
        ],
        2,
      ),
    ).toEqual({ cached: warm, trunkBlocks: 0 });
  });

  test('serves no other boundary', () => {
    const { cached, trunkBlocks } = useCache(roomy, warm, [[0, 1]], 1);
    expect(trunkBlocks).toBe(1);
    expect(cached).toEqual(new Map([...warm, [1, new Set([0, 1])]]));
  });
});

test('a cache keeps what fits, at all boundaries together, and half the bytes as f16', () => {
  // 8 bytes a token: 80 + 80 bytes are held, 160 more for example 2 fit in 320, none for 3.
  const small = { ...roomy, rule: { megabytes: 320e-6, type: 'f32' } as const };
  const held = new Map([[1, new Set([0, 1])]]);
  expect(useCache(small, held, [[2, 3]], 2).cached.get(2)).toEqual(new Set([2]));
  const halved = { ...small, rule: { ...small.rule, type: 'f16' } as const };
  expect(useCache(halved, held, [[2, 3]], 2).cached.get(2)).toEqual(new Set([2, 3]));
});

test('at full depth there is no trunk to compute or keep', () => {
  expect(useCache(roomy, new Map(), [[0, 1]], 0)).toEqual({ cached: new Map(), trunkBlocks: 0 });
});
