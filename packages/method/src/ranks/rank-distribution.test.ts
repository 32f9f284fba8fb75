import { InputError } from '@legend-fl/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ProgressionOptions, type RankOptions, rankDistribution } from './rank-distribution.ts';

const sum = (ranks: readonly number[]) => ranks.reduce((total, rank) => total + rank, 0);
const ascends = (ranks: readonly number[]) => ranks.every((rank, index) => rank >= (ranks[index - 1] ?? 0));
const settings = { numRuns: 500 };

describe('rank distribution', () => {
  it.each<[RankOptions, number, number[]]>([
    [{ kind: 'increasing', min: 2, max: 8 }, 4, [2, 4, 6, 8]],
    [{ kind: 'decreasing', min: 2, max: 8 }, 4, [8, 6, 4, 2]],
    // 4, 5.6, 7.2, 8.8, 10.4, 12: floors sum to 46, two short of 48; the fractions 0.8 and 0.6 go up.
    [{ kind: 'increasing', min: 4, max: 12 }, 6, [4, 6, 7, 9, 10, 12]],
    // r_max = 2·20/4 - 2 = 8
    [{ kind: 'increasing', min: 2, total: 20 }, 4, [2, 4, 6, 8]],
    // r_min = 2·20/4 - 8 = 2
    [{ kind: 'increasing', max: 8, total: 20 }, 4, [2, 4, 6, 8]],
    // mean 8: from 4 to 12
    [{ kind: 'increasing', total: 24 }, 3, [4, 8, 12]],
    [{ kind: 'increasing', min: 3, max: 6, total: 14 }, 3, [3, 5, 6]],
    [{ kind: 'uniform', min: 8 }, 3, [8, 8, 8]],
    [{ kind: 'uniform', total: 11 }, 3, [3, 4, 4]],
    [{ kind: 'increasing', min: 4, max: 12 }, 1, [8]],
    [{ kind: 'custom', values: [3, 1, 2] }, 3, [3, 1, 2]],
    [{ kind: 'custom', values: [0, 0, 2] }, 3, [0, 0, 2]],
  ])('%j over %i blocks is %j', (options, blocks, ranks) => {
    expect(rankDistribution(options, blocks)).toEqual(ranks);
  });

  it('meets any total from one rank per block on exactly, in order', () => {
    const cases = fc.integer({ min: 1, max: 40 }).chain((blocks) =>
      fc.record({
        blocks: fc.constant(blocks),
        total: fc.integer({ min: blocks, max: 64 * blocks }),
        kind: fc.constantFrom<ProgressionOptions['kind']>('increasing', 'uniform', 'decreasing'),
      }),
    );
    fc.assert(
      fc.property(cases, ({ blocks, total, kind }) => {
        const ranks = rankDistribution({ kind, total }, blocks);
        expect(ranks).toHaveLength(blocks);
        expect(sum(ranks)).toBe(total);
        expect(Math.min(...ranks)).toBeGreaterThanOrEqual(1);
        expect(ascends(kind === 'decreasing' ? ranks.toReversed() : ranks)).toBe(true);
      }),
      settings,
    );
  });

  it('starts at the least and ends at the greatest rank asked for, each step within one of the others', () => {
    const cases = fc.tuple(
      fc.integer({ min: 2, max: 40 }),
      fc.integer({ min: 1, max: 64 }),
      fc.integer({ min: 0, max: 64 }),
    );
    fc.assert(
      fc.property(cases, ([blocks, min, spread]) => {
        const ranks = rankDistribution({ kind: 'increasing', min, max: min + spread }, blocks);
        expect([ranks[0], ranks[blocks - 1]]).toEqual([min, min + spread]);
        const exact = (index: number) => min + (spread * index) / (blocks - 1);
        for (const [index, rank] of ranks.entries()) expect(Math.abs(rank - exact(index))).toBeLessThan(1);
      }),
      settings,
    );
  });

  it.each<[RankOptions, number, RegExp]>([
    [{ kind: 'increasing', min: 0, max: 8 }, 4, /min to be a whole number from 1, got 0/],
    [{ kind: 'increasing', min: 2.5, max: 8 }, 4, /min to be a whole number/],
    [{ kind: 'increasing', min: 9, max: 8 }, 4, /1 ≤ min ≤ max/],
    [{ kind: 'increasing', total: 3 }, 4, /got increasing with total 3 over 4 blocks/],
    [{ kind: 'increasing', min: 4, total: 12 }, 4, /got increasing with min 4, total 12/],
    [{ kind: 'increasing', max: 8, total: 40 }, 4, /got increasing with max 8, total 40/],
    [{ kind: 'increasing', min: 2, max: 8, total: 30 }, 4, /total = blocks/],
    [{ kind: 'increasing', min: 4 }, 4, /two of min, max and total/],
    [{ kind: 'uniform', min: 4, max: 5 }, 4, /one rank/],
    [{ kind: 'uniform' }, 4, /one rank.*none of them/],
    [{ kind: 'uniform', min: 4, total: 20 }, 4, /total = blocks/],
    [{ kind: 'custom', values: [1, 2] }, 3, /each of 3 blocks, got 2 ranks/],
    [{ kind: 'custom', values: [1, -1, 2] }, 3, /rank of block 2 to be a whole number from 0, got -1/],
    [{ kind: 'custom', values: [1, 0.5, 2] }, 3, /rank of block 2 to be a whole number from 0, got 0.5/],
    [{ kind: 'custom', values: [0, 0, 0] }, 3, /a block with a rank above 0, got 0, 0, 0/],
    [{ kind: 'increasing', total: 12 }, 0, /blocks to be a whole number/],
  ])('refuses %j over %i blocks', (options, blocks, message) => {
    expect(() => rankDistribution(options, blocks)).toThrow(InputError);
    expect(() => rankDistribution(options, blocks)).toThrow(message);
  });
});
