import { type Plan, waitingTime } from '../plan.ts';
import { awaitedSeconds, markAwaited } from '../planning/awaited.ts';
import type { RoundContext } from '../round-context.ts';

/** What a strategy decides of a plan; the rest follows. */
export interface PlanDecisions extends Pick<Plan, 'rankDistribution' | 'devices' | 'excluded'> {
  /** The round time if left out. */
  readonly targetSeconds?: number;
}

/**
 * The plan of the context's round, with the round and waiting times that its awaited devices add up to, and marks on the
 * others.
 */
export function completePlan(
  strategy: string,
  context: RoundContext,
  { targetSeconds, rankDistribution, devices, excluded }: PlanDecisions,
): Plan {
  const { round, localSteps, minimumCohort = 1 } = context;
  const marked = markAwaited(devices, context.devices);
  const seconds = awaitedSeconds(marked);
  const roundSeconds = seconds.reduce((longest, each) => Math.max(longest, each), 0);
  const waitingSeconds = waitingTime(seconds);
  return {
    round,
    strategy,
    localSteps,
    targetSeconds: targetSeconds ?? roundSeconds,
    roundSeconds,
    waitingSeconds,
    rankDistribution,
    devices: marked,
    excluded,
    ...(minimumCohort > 1 && { minimumCohort }),
  };
}
