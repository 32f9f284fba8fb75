import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type RankOptions, rankDistribution } from './rank-distribution.ts';
import { lastRanks, ranksByDepth } from './ranks-by-depth.ts';

const sum = (ranks: readonly number[]) => ranks.reduce((total, rank) => total + rank, 0);

const progressions: fc.Arbitrary<RankOptions> = fc
  .record({
    kind: fc.constantFrom<'increasing' | 'uniform' | 'decreasing'>('increasing', 'uniform', 'decreasing'),
    min: fc.integer({ min: 1, max: 20 }),
    spread: fc.integer({ min: 0, max: 20 }),
  })
  .map(({ kind, min, spread }) => ({ kind, min, max: kind === 'uniform' ? min : min + spread }));
const cases = fc.tuple(progressions, fc.integer({ min: 1, max: 24 }));

describe('ranks by depth', () => {
  it('are the last of the distribution where shared', () => {
    expect(ranksByDepth({ kind: 'increasing', min: 2, max: 8 }, 4, 'shared')).toEqual([
      [8],
      [6, 8],
      [4, 6, 8],
      [2, 4, 6, 8],
    ]);
  });

  it('spread the whole progression over the blocks of the device where its own', () => {
    // One block gets the mean; three blocks 2, 5, 8, of which 5 is below the 6 of its block.
    expect(ranksByDepth({ kind: 'increasing', min: 2, max: 8 }, 4, 'per-device')).toEqual([
      [5],
      [2, 8],
      [2, 5, 8],
      [2, 4, 6, 8],
    ]);
  });

  it('never exceed the global ranks, never fall with depth, and are the global ones at full depth', () => {
    fc.assert(
      fc.property(cases, ([options, blocks]) => {
        const ranks = rankDistribution(options, blocks);
        const own = ranksByDepth(options, blocks, 'per-device');
        expect(own.at(-1)).toEqual(ranks);
        for (const [index, global] of lastRanks(ranks).entries()) {
          expect(own[index]).toHaveLength(index + 1);
          for (const [position, rank] of (own[index] ?? []).entries()) {
            expect(rank).toBeGreaterThanOrEqual(own[index - 1]?.[position - 1] ?? 1);
            expect(rank).toBeLessThanOrEqual(global[position] ?? 0);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('take a share of the rank budget in proportion to depth where they grow', () => {
    const options: RankOptions = { kind: 'increasing', min: 4, max: 12 };
    const totals = ranksByDepth(options, 12, 'per-device').map(sum);
    expect(totals).toEqual(Array.from({ length: 12 }, (_, index) => 8 * (index + 1)));
  });

  it('refuse to stretch custom ranks', () => {
    const custom: RankOptions = { kind: 'custom', values: [0, 3] };
    expect(ranksByDepth(custom, 2, 'shared')).toEqual([[3], [0, 3]]);
    expect(() => ranksByDepth(custom, 2, 'per-device')).toThrow(/Share the ranks/);
  });
});
