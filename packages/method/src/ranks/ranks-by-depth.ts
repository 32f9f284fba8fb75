import { InputError, itemAt } from '@legend-fl/base';
import { ownRanks, type RankOptions, rankDistribution } from './rank-distribution.ts';

/** Whether devices train blocks with the ranks of the global adapter or with ranks of their own, which are fewer. */
export type RankSharing = 'shared' | 'per-device';

/**
 * Entry k-1: the ranks of a device of depth k, ascending by block.
 *
 * - `shared`: the last k of the rank distribution, so that ranks agree block by block over all devices.
 * - `per-device` (ours; the paper can be read so): a device of depth k spreads r_min … r_max over its own k blocks, in
 *   place of the upper end of the whole progression. So its total is about φ·k/L, its share of the rank budget, and the
 *   deeper it trains, the larger its ranks near the output. No rank is above the global one of its block, and none is
 *   smaller than at a smaller depth (rounding could make it so by one), so costs still don't fall with depth. At full
 *   depth and with uniform ranks nothing differs from `shared` but roundings.
 *
 * Throws InputError as `rankDistribution` does, and `ranks-invalid` for custom ranks per device: they have no form that
 * fewer blocks could follow.
 */
export function ranksByDepth(
  options: RankOptions,
  blocks: number,
  sharing: RankSharing,
): readonly (readonly number[])[] {
  const ranks = rankDistribution(options, blocks);
  if (sharing === 'shared') return lastRanks(ranks);
  if (options.kind === 'custom') {
    throw new InputError({
      code: 'ranks-invalid',
      expected: 'increasing, uniform or decreasing ranks, where devices have ranks of their own',
      got: 'custom ranks',
      where: 'rank distribution',
      todo: 'Share the ranks, or give a progression.',
    });
  }
  const byDepth: (readonly number[])[] = [];
  for (const global of lastRanks(ranks)) {
    const depth = global.length;
    const shallower = byDepth[depth - 2] ?? [];
    const own = ownRanks(options, blocks, depth);
    byDepth.push(
      own.map((rank, index) => Math.min(itemAt(global, index), Math.max(rank, shallower[index - 1] ?? 0))),
    );
  }
  return byDepth;
}

/** Entry k-1: the last k ranks. */
export function lastRanks(ranks: readonly number[]): readonly (readonly number[])[] {
  return ranks.map((_, index) => ranks.slice(ranks.length - index - 1));
}
