import { type AdapterSum, addToSum, beginSum, finishSum } from '../aggregation/aggregation.ts';
import {
  addMovement,
  beginMovement,
  learnImportance,
  type Movement,
  readImportance,
  writeImportance,
} from '../aggregation/importance.ts';
import { startAdapter } from '../aggregation/start-adapter.ts';
import type { GlobalState, JsonValue } from '../global-state.ts';
import type { Configuration } from '../planning/configuration.ts';
import { type DepthCost, depthCost } from '../planning/depth-costs.ts';
import { configureToFastest } from '../planning/fastest-configuration.ts';
import { configureFully } from '../planning/full-configuration.ts';
import { configureGreedily } from '../planning/greedy-configuration.ts';
import { configureOptimally } from '../planning/optimal-configuration.ts';
import { configureToTrimmed } from '../planning/trimmed-configuration.ts';
import { rankDistribution } from '../ranks/rank-distribution.ts';
import { ranksByDepth } from '../ranks/ranks-by-depth.ts';
import type { RoundContext } from '../round-context.ts';
import { assemblePlan } from './assemble-plan.ts';
import type { Strategy } from './strategy.ts';
import { type Deadline, initialLora, type ResolvedOptions } from './strategy-options.ts';

/**
 * LEGEND (Liu et al., "Adaptive Parameter-Efficient Federated Fine-Tuning on Heterogeneous Devices",
 * arXiv 2412.20004): each device trains blocks down to a depth of its own, with ranks that grow towards the output, so
 * that all finish a round together (paper). How depths are found: `Planner`. Which ranks a device gets: `ranksByDepth`.
 * How blocks are aggregated: `beginSum`. How the importance of blocks is learned: `learnImportance`.
 */
export function legend(options: ResolvedOptions): Strategy<LegendSum> {
  const name = 'legend';
  return {
    name,
    describe: () => ({
      name,
      summary: 'Depth by device, ranks growing towards the output, aggregation per block.',
      source: 'Liu et al., arXiv 2412.20004, IEEE TMC 24(11), 2025',
      options: describeOptions(options),
    }),
    initialAdapter: ({ blocks }) => initialLora(rankDistribution(options.ranks, blocks), options),
    plan(context) {
      const { profile } = context;
      const ranks = rankDistribution(options.ranks, profile.blocks);
      const ownRanks = ranksByDepth(options.ranks, profile.blocks, options.rankSharing);
      const costs = ownRanks.map((own) => {
        const below = ranks.slice(0, profile.blocks - own.length);
        return depthCost(profile, { depth: own.length, ranks: [...below, ...own] }, context);
      });
      const configuration = configure(context, costs, ranks, options);
      return assemblePlan(name, context, ranks, costs, configuration, ownRanks);
    },
    deviceAdapter: startAdapter,
    begin: (global, plan) => ({
      average: beginSum(global, plan),
      ranks: plan.rankDistribution,
      movement: options.planner === 'optimal' ? beginMovement(plan.rankDistribution.length) : null,
    }),
    add(sum, update) {
      const { average, movement } = sum;
      if (movement !== null) addMovement(movement, average.starts.check(update).start, update);
      addToSum(average, update);
      return sum;
    },
    finish: finishLegend,
  };
}

interface LegendSum {
  readonly average: AdapterSum;
  readonly ranks: readonly number[];
  /** null where no planner asks for importance. */
  readonly movement: Movement | null;
}

function finishLegend({ average, ranks, movement }: LegendSum): GlobalState {
  const before = average.global;
  const after = finishSum(average);
  if (movement === null || after === before) return after;
  const importance = learnImportance(readImportance(before.memory, ranks), movement, average.minimumCohort);
  return { ...after, memory: writeImportance(importance) };
}

function configure(
  context: RoundContext,
  costs: readonly DepthCost[],
  ranks: readonly number[],
  { planner, deadline, stragglers }: ResolvedOptions,
): Configuration {
  switch (planner) {
    case 'full':
      return configureFully(context, costs);
    case 'optimal':
      return configureOptimally(context, costs, readImportance(context.global.memory, ranks), {
        stragglers,
        trimmed: deadline === 'trimmed',
      });
    case 'greedy':
      return GREEDY[deadline](context, costs);
  }
}

const GREEDY: { readonly [deadline in Deadline]: typeof configureGreedily } = {
  shared: configureGreedily,
  fastest: configureToFastest,
  trimmed: configureToTrimmed,
};

/** Those that have an effect. */
function describeOptions(options: ResolvedOptions): { readonly [key: string]: JsonValue } {
  const { ranks, alphaPerRank, rankSharing, planner, deadline, stragglers } = options;
  const own = {
    full: {},
    greedy: { deadline },
    optimal: { stragglers, ...(deadline === 'trimmed' && { deadline }) },
  }[planner];
  return { ranks, alphaPerRank, rankSharing, planner, ...own };
}
