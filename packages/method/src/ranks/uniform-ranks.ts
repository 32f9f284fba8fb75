import { type RankOptions, rankDistribution } from './rank-distribution.ts';

/** One rank for all blocks, with the total Σ r_l of `ranks` (ours: strategies compare at equal budget). */
export function uniformRanks(ranks: RankOptions, blocks: number): readonly number[] {
  const total = rankDistribution(ranks, blocks).reduce((sum, rank) => sum + rank, 0);
  return rankDistribution({ kind: 'uniform', total }, blocks);
}
