import { type AdapterSum, addToSum, beginSum, finishSum } from '../aggregation.ts';
import { configureGreedily } from '../greedy-configuration.ts';
import { rankDistribution } from '../rank-distribution.ts';
import { assemblePlan } from './assemble-plan.ts';
import { startAdapter } from './start-adapter.ts';
import type { Strategy } from './strategy.ts';
import { createInitialRanks, type ResolvedOptions } from './strategy-options.ts';

/**
 * LEGEND (Liu et al., "Adaptive Parameter-Efficient Federated Fine-Tuning on Heterogeneous Devices",
 * arXiv 2412.20004): each device trains blocks down to a depth of its own, with ranks that grow towards the output, so
 * that all finish a round together (paper). How depths are found: `configureGreedily`. How blocks are aggregated:
 * `beginSum`.
 */
export function legend(options: ResolvedOptions): Strategy<AdapterSum> {
  const name = 'legend';
  return {
    name,
    describe: () => ({
      name,
      summary: 'Depth by device, ranks growing towards the output, aggregation per block.',
      source: 'Liu et al., arXiv 2412.20004, IEEE TMC 24(11), 2025',
      options: { ...options },
    }),
    initialRanks: ({ blocks }) => createInitialRanks(rankDistribution(options.ranks, blocks), options),
    plan(context) {
      const ranks = rankDistribution(options.ranks, context.profile.blocks);
      return assemblePlan(
        name,
        context,
        ranks,
        configureGreedily(context, ranks, options.waitingBoundSeconds),
      );
    },
    deviceAdapter: startAdapter,
    begin: beginSum,
    add: addToSum,
    finish: finishSum,
  };
}
