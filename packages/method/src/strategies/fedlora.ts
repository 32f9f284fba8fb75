import { type AdapterSum, addToSum, beginSum, finishSum } from '../aggregation.ts';
import { completionTime } from '../cost-model.ts';
import { depthCosts } from '../depth-costs.ts';
import { fitDevices } from '../fit-devices.ts';
import type { Configuration } from '../greedy-configuration.ts';
import { rankDistribution } from '../rank-distribution.ts';
import { assemblePlan } from './assemble-plan.ts';
import { startAdapter } from './start-adapter.ts';
import type { RoundContext, Strategy } from './strategy.ts';
import { createInitialRanks, type ResolvedOptions } from './strategy-options.ts';

/**
 * FedAvg of LoRA (McMahan et al., arXiv 1602.05629, over Hu et al., arXiv 2106.09685): every device trains all blocks
 * with one rank, A and B are averaged by examples. The rank is such that Σ r_l equals that of the `ranks` option (ours:
 * strategies compare at equal budget). Devices whose memory or bytes budget doesn't hold all blocks are left out.
 */
export function fedlora(options: ResolvedOptions): Strategy<AdapterSum> {
  const name = 'fedlora';
  const uniformRanks = (blocks: number) => {
    const total = rankDistribution(options.ranks, blocks).reduce((sum, rank) => sum + rank, 0);
    return rankDistribution({ kind: 'uniform', total }, blocks);
  };
  return {
    name,
    describe: () => ({
      name,
      summary: 'All blocks with one rank on every device, averaged by examples.',
      source: 'McMahan et al., arXiv 1602.05629; Hu et al., arXiv 2106.09685',
      options: { ranks: options.ranks, alphaPerRank: options.alphaPerRank },
    }),
    initialRanks: ({ blocks }) => createInitialRanks(uniformRanks(blocks), options),
    plan(context) {
      const ranks = uniformRanks(context.profile.blocks);
      return assemblePlan(name, context, ranks, configureFully(context, ranks));
    },
    deviceAdapter: startAdapter,
    begin: beginSum,
    add: addToSum,
    finish: finishSum,
  };
}

/** All blocks on every device that can hold them; the target is the time of the slowest. */
function configureFully(context: RoundContext, ranks: readonly number[]): Configuration {
  const { localSteps, trunk, profile } = context;
  const depth = profile.blocks;
  const { fitting, excluded } = fitDevices(context.devices, depthCosts(profile, ranks, trunk), depth);
  const devices = fitting.map(({ device: { id, capacity } }) => {
    return {
      id,
      depth,
      seconds: completionTime(capacity, profile, { depth, ranks, localSteps, trunk }).seconds,
    };
  });
  const targetSeconds = devices.reduce((longest, { seconds }) => Math.max(longest, seconds), 0);
  return { targetSeconds, devices, excluded };
}
