import { itemAt } from '@legend-fl/base';
import type { Plan } from '../plan.ts';
import type { Configuration } from '../planning/configuration.ts';
import type { DepthCost } from '../planning/depth-costs.ts';
import { lastRanks } from '../ranks/ranks-by-depth.ts';
import type { RoundContext } from '../round-context.ts';
import { completePlan } from './complete-plan.ts';

/**
 * The plan that carries out a configuration of depths, at the costs it was made with.
 *
 * @param ranks of the global adapter
 * @param ranksByDepth entry k-1: the ranks of a device of depth k; the last k of `ranks` if left out
 */
export function assemblePlan(
  strategy: string,
  context: RoundContext,
  ranks: readonly number[],
  costs: readonly DepthCost[],
  { targetSeconds, devices, excluded }: Configuration,
  ranksByDepth: readonly (readonly number[])[] = lastRanks(ranks),
): Plan {
  const { trunk } = context;
  return completePlan(strategy, context, {
    targetSeconds,
    rankDistribution: ranks,
    devices: devices.map(({ id, depth, seconds }) => {
      const { memoryBytes, bytesUp, bytesDown } = itemAt(costs, depth - 1);
      const own = itemAt(ranksByDepth, depth - 1);
      return { id, depth, ranks: own, trunk, seconds, memoryBytes, bytesUp, bytesDown };
    }),
    excluded,
  });
}
