import { type Plan, waitingTime } from '../plan.ts';
import type { RoundContext } from './strategy.ts';

/** What a strategy decides of a plan; the rest follows. */
export type PlanDecisions = Pick<Plan, 'targetSeconds' | 'rankDistribution' | 'devices' | 'excluded'>;

/** The plan of the context's round, with the round and waiting times that its devices add up to. */
export function completePlan(
  strategy: string,
  { round, localSteps }: RoundContext,
  { targetSeconds, rankDistribution, devices, excluded }: PlanDecisions,
): Plan {
  const seconds = devices.map((device) => device.seconds);
  const roundSeconds = seconds.reduce((longest, each) => Math.max(longest, each), 0);
  const waitingSeconds = waitingTime(seconds);
  return {
    round,
    strategy,
    localSteps,
    targetSeconds,
    roundSeconds,
    waitingSeconds,
    rankDistribution,
    devices,
    excluded,
  };
}
