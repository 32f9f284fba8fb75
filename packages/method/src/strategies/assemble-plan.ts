import { depthCosts } from '../depth-costs.ts';
import type { Configuration } from '../greedy-configuration.ts';
import { type Plan, waitingTime } from '../plan.ts';
import type { RoundContext } from './strategy.ts';

/** The plan that carries out a configuration of depths with one rank distribution for all. */
export function assemblePlan(
  strategy: string,
  { round, localSteps, profile, trunk }: RoundContext,
  ranks: readonly number[],
  { targetSeconds, devices, excluded }: Configuration,
): Plan {
  const costs = depthCosts(profile, ranks, trunk);
  const seconds = devices.map((device) => device.seconds);
  return {
    round,
    strategy,
    localSteps,
    targetSeconds,
    roundSeconds: seconds.reduce((longest, each) => Math.max(longest, each), 0),
    waitingSeconds: waitingTime(seconds),
    rankDistribution: ranks,
    devices: devices.map(({ id, depth, seconds }) => ({
      id,
      depth,
      ranks: ranks.slice(-depth),
      trunk,
      seconds,
      memoryBytes: costs[depth - 1]?.memoryBytes ?? 0,
    })),
    excluded,
  };
}
