import { type AdapterSum, addToSum, beginSum, finishSum } from '../aggregation/aggregation.ts';
import { startAdapter } from '../aggregation/start-adapter.ts';
import { depthCosts } from '../planning/depth-costs.ts';
import { configureFully } from '../planning/full-configuration.ts';
import { uniformRanks } from '../ranks/uniform-ranks.ts';
import { assemblePlan } from './assemble-plan.ts';
import type { Strategy } from './strategy.ts';
import { initialLora, type ResolvedOptions } from './strategy-options.ts';

/**
 * FedAvg of LoRA (McMahan et al., arXiv 1602.05629, over Hu et al., arXiv 2106.09685): every device trains all blocks
 * with one rank, A and B are averaged by examples. The rank is such that Σ r_l equals that of the `ranks` option (ours:
 * strategies compare at equal budget). Devices whose memory or bytes budget doesn't hold all blocks are left out.
 */
export function fedlora(options: ResolvedOptions): Strategy<AdapterSum> {
  const name = 'fedlora';
  return {
    name,
    describe: () => ({
      name,
      summary: 'All blocks with one rank on every device, averaged by examples.',
      source: 'McMahan et al., arXiv 1602.05629; Hu et al., arXiv 2106.09685',
      options: { ranks: options.ranks, alphaPerRank: options.alphaPerRank },
    }),
    initialAdapter: ({ blocks }) => initialLora(uniformRanks(options.ranks, blocks), options),
    plan(context) {
      const ranks = uniformRanks(options.ranks, context.profile.blocks);
      const costs = depthCosts(context.profile, ranks, context);
      return assemblePlan(name, context, ranks, costs, configureFully(context, costs));
    },
    deviceAdapter: startAdapter,
    begin: beginSum,
    add: addToSum,
    finish: finishSum,
  };
}
