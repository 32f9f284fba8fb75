import { type AdapterSum, addToSum, beginSum, finishSum } from '../aggregation/aggregation.ts';
import { startAdapter } from '../aggregation/start-adapter.ts';
import { depthCosts } from '../planning/depth-costs.ts';
import { configureFully } from '../planning/full-configuration.ts';
import { uniformRanks } from '../ranks/uniform-ranks.ts';
import { assemblePlan } from './assemble-plan.ts';
import type { Strategy } from './strategy.ts';
import { initialLora, type ResolvedOptions } from './strategy-options.ts';

/**
 * FFA-LoRA, federated freeze-A (Sun et al., arXiv 2403.12313): A is drawn once, the same for all, and stays; only B is
 * trained, sent and averaged, which makes the average of the products exact and halves traffic (theirs):
 *
 *   Σ_k p_k·B_k·A = (Σ_k p_k·B_k)·A
 *
 * Ours: A follows from the seed of the run, so that devices never fetch it; the rank is that of `fedlora`, so that
 * ranks, not bytes, are equal; the head is trained and averaged too. `finishSum` gives A, the same in all updates, back
 * to the bit.
 */
export function ffaLora(options: ResolvedOptions): Strategy<AdapterSum> {
  const name = 'ffa-lora';
  return {
    name,
    describe: () => ({
      name,
      summary: 'All blocks on every device, A random and frozen, only B trained and averaged.',
      source: 'Sun et al., arXiv 2403.12313, ICLR 2024',
      options: { ranks: options.ranks, alphaPerRank: options.alphaPerRank },
    }),
    initialAdapter: ({ blocks }) => initialLora(uniformRanks(options.ranks, blocks), options),
    plan(context) {
      const { profile, trunk, valueBytes } = context;
      const ranks = uniformRanks(options.ranks, profile.blocks);
      const costs = depthCosts(profile, ranks, { trunk, valueBytes, sent: 'B', received: 'B' });
      const plan = assemblePlan(name, context, ranks, costs, configureFully(context, costs));
      return {
        ...plan,
        devices: plan.devices.map((device) => ({ ...device, received: 'B', training: { factors: 'B' } })),
      };
    },
    deviceAdapter: startAdapter,
    begin: beginSum,
    add: addToSum,
    finish: finishSum,
  };
}
