import { timeLoad } from './cost-model.ts';
import { depthCosts } from './depth-costs.ts';
import { fitDevices } from './fit-devices.ts';
import { type ExcludedDevice, waitingTime } from './plan.ts';
import { requireNonNegative } from './require-non-negative.ts';
import type { RoundContext } from './strategies/strategy.ts';

/**
 * Depths for one round (paper: greedy, from estimated capacities, every round anew; steps and amendment are ours).
 * t_i(k) is the completion time of device i at depth k, T_K = max_i t_i(K) the round time if all train K blocks.
 *
 * 1. kmax_i = the greatest depth within i's memory and bytes budget. Who has none is left out.
 * 2. F = min_i t_i(kmax_i): the fastest device does all it can.
 * 3. T* = T_K for the least K with T_K ≥ F. (Such a K exists and no device's kmax is below it: a device r whose kmax
 *    is least has T_K ≥ t_r(kmax_r) ≥ F at K = kmax_r.)
 * 4. k_i = the greatest k ≤ kmax_i with t_i(k) ≤ T*.
 * 5. Where a bound on waiting is given and exceeded: T* = T_{K-1}, and 4 again. If no T* meets it, the one that waits
 *    least.
 *
 * The amendment is 3. The plain rule T* = F, with one block for whoever can't do even that in time, fails twice:
 * rounding every slower device down can make it wait longer than it would at uniform depth, and if the slowest device
 * needs more than F for its one block, all others stop early for nothing. Raising F to the next round time of a
 * uniform depth mends both, for then the device that sets T_K does exactly K blocks and everyone else at least K:
 *
 * - Waiting is never worse than at uniform depth, namely at the greatest depth that all devices hold and finish in the
 *   plan's round time. That depth is K; its round takes as long, T_K, and each device is busy t_i(k_i) ≥ t_i(K). Where
 *   the slower of two devices is also the slower per block, uniform waiting grows with depth, so that uniform plans
 *   deeper than K, with their longer rounds, wait no less.
 * - A device that gets faster, others equal, never gets a lower depth. Let its times fall. If it now sets F, then
 *   t_i(kmax_i) = F ≤ T* gives it kmax_i. Else F stays and no T_K rises. If it set T*, it had K blocks; the new K is no
 *   lower, and everyone has at least K. If another did, T_K stays, as do the smaller ones below F: T* is the same,
 *   and at least as many blocks fit. (With a bound on waiting this need not hold: the faster device waits longer, which
 *   may force a shorter round.)
 */
export function configureGreedily(
  context: ConfigurationContext,
  ranks: readonly number[],
  waitingBoundSeconds: number | null = null,
): Configuration {
  const { profile, localSteps, trunk } = context;
  requireNonNegative({ localSteps }, 'plan');
  const costs = depthCosts(profile, ranks, trunk);
  const loads = costs.map((cost) => ({ ...cost, blocks: profile.blocks, localSteps }));
  const { fitting, excluded } = fitDevices(context.devices, costs, 1);
  const candidates = fitting.map(({ device: { id, capacity }, deepest }) => ({
    id,
    seconds: loads.slice(0, deepest).map((load) => timeLoad(capacity, load).seconds),
  }));
  const fastestSeconds = candidates.reduce(
    (least, { seconds }) => Math.min(least, seconds.at(-1) ?? least),
    Number.POSITIVE_INFINITY,
  );
  const uniformSeconds = listUniformSeconds(candidates);
  const enough = uniformSeconds.findIndex((seconds) => seconds >= fastestSeconds);
  const deadlines = uniformSeconds.slice(0, enough + 1).reverse();
  return { ...chooseDeadline(candidates, deadlines, waitingBoundSeconds), excluded };
}

/** What the configuration looks at. */
export type ConfigurationContext = Pick<RoundContext, 'profile' | 'localSteps' | 'trunk' | 'devices'>;

export interface Configuration {
  /** T*, which is also the completion time of the slowest device. */
  readonly targetSeconds: number;
  /** In the order of the context's devices. */
  readonly devices: readonly ConfiguredDevice[];
  readonly excluded: readonly ExcludedDevice[];
}

export interface ConfiguredDevice {
  readonly id: string;
  readonly depth: number;
  readonly seconds: number;
}

/** A device and its completion times at depth 1 … kmax. */
interface Candidate {
  readonly id: string;
  readonly seconds: readonly number[];
}

/** T_1, T_2, … up to the greatest depth that every device can hold. */
function listUniformSeconds(candidates: readonly Candidate[]): number[] {
  const sharedDepth = candidates.reduce(
    (least, { seconds }) => Math.min(least, seconds.length),
    Number.POSITIVE_INFINITY,
  );
  return Array.from({ length: sharedDepth }, (_, index) =>
    candidates.reduce((longest, { seconds }) => Math.max(longest, seconds[index] ?? 0), 0),
  );
}

/** Step 5: the first deadline within the bound, else the one that makes devices wait least. */
function chooseDeadline(
  candidates: readonly Candidate[],
  deadlines: readonly number[],
  waitingBoundSeconds: number | null,
): Omit<Configuration, 'excluded'> {
  let best: Omit<Configuration, 'excluded'> = { targetSeconds: 0, devices: [] };
  let leastWaiting = Number.POSITIVE_INFINITY;
  for (const targetSeconds of deadlines) {
    const devices = candidates.map((candidate) => fitToDeadline(candidate, targetSeconds));
    const waitingSeconds = waitingTime(devices.map(({ seconds }) => seconds));
    if (waitingSeconds < leastWaiting) {
      best = { targetSeconds, devices };
      leastWaiting = waitingSeconds;
    }
    if (waitingBoundSeconds === null || waitingSeconds <= waitingBoundSeconds) break;
  }
  return best;
}

/** Step 4. */
function fitToDeadline({ id, seconds }: Candidate, targetSeconds: number): ConfiguredDevice {
  const depth = seconds.findLastIndex((each) => each <= targetSeconds) + 1;
  return { id, depth, seconds: seconds[depth - 1] ?? 0 };
}
