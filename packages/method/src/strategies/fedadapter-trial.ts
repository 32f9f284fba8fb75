import { itemAt } from '@legend-fl/base';
import { type AdapterSum, addToSum, beginSum, finishSum } from '../aggregation/aggregation.ts';
import { invalidUpdate } from '../aggregation/check-update.ts';
import type { GlobalState, JsonValue } from '../global-state.ts';
import { invalidMemory } from '../invalid-memory.ts';
import type { DevicePlan, Plan } from '../plan.ts';
import { awaitedSeconds } from '../planning/awaited.ts';
import { extendBottlenecks } from '../ranks/bottleneck-size.ts';
import type { Update } from '../update.ts';

/** What FedAdapter remembers. The current size is that of the global adapter. */
export interface TrialMemory {
  /** Mean training loss of the last round, or of the winner in a trial; 0 before the first round. */
  readonly loss: number;
  /** Ordinary rounds since the last trial, or since the start. */
  readonly roundsSinceTrial: number;
  /** The groups of the last trial, for the record; empty before the first. */
  readonly lastTrial: JsonValue;
}

/** A round's updates by the size that they were trained at: one group, or several in a trial, the smallest first. */
export interface TrialSum {
  readonly global: GlobalState;
  readonly groups: readonly TrialGroup[];
}

interface TrialGroup {
  readonly depth: number;
  readonly width: number;
  /** Predicted completion time of the slowest device, of those that are awaited. */
  readonly seconds: number;
  readonly deviceIds: ReadonlySet<string>;
  readonly sum: AdapterSum;
  /** Σ n_i. */
  examples: number;
  /** Σ n_i·loss_i. */
  weightedLoss: number;
}

export function beginTrial(global: GlobalState, plan: Plan): TrialSum {
  const bySize = Map.groupBy(plan.devices, ({ depth, ranks }) => JSON.stringify([depth, ranks[0]]));
  const groups = [...bySize.values()].map((devices) => beginGroup(global, plan, devices));
  return { global, groups: groups.sort((one, other) => one.depth - other.depth || one.width - other.width) };
}

/** Throws InputError as `addToSum` does, before anything changes. */
export function addToTrial(sum: TrialSum, update: Update): TrialSum {
  const group = sum.groups.find(({ deviceIds }) => deviceIds.has(update.deviceId));
  if (group === undefined) throw invalidUpdate(update, 'device', 'a device of the plan', update.deviceId);
  addToSum(group.sum, update);
  group.examples += update.examples;
  group.weightedLoss += update.examples * update.loss;
  return sum;
}

/**
 * The average over the group that wins. With Δ_g = (training loss of the last round) - (mean training loss of group g,
 * by examples) and T_g the predicted time of its slowest device, the greatest score wins, the smaller size among equals:
 *
 *   score_g = Δ_g / T_g if Δ_g > 0, else Δ_g
 *
 * (theirs: the best gain of accuracy in equal time, and that the other groups go on from the winner; ours: the training
 * loss in its place, which comes with the updates. Without any gain time is no matter: the least loss wins.) Groups with
 * fewer updates than the minimum cohort can't win.
 */
export function finishTrial({ global, groups }: TrialSum): GlobalState {
  const before = readTrialMemory(global.memory);
  const results = groups
    .filter(({ sum }) => sum.updates > 0 && sum.updates >= sum.minimumCohort)
    .map((group) => ({ group, ...judge(group, before.loss) }))
    .sort((one, other) => other.score - one.score);
  const [best] = results;
  if (best === undefined) return global;
  const trial = groups.length > 1;
  const memory = {
    loss: best.loss,
    roundsSinceTrial: trial ? 0 : before.roundsSinceTrial + 1,
    lastTrial: trial
      ? results.map(({ group: { depth, width, seconds }, loss, score }) => ({
          depth,
          width,
          seconds,
          loss,
          score,
        }))
      : before.lastTrial,
  };
  return { ...finishSum(best.group.sum), memory };
}

/** Throws InputError `memory-invalid` for the memory of another strategy. */
export function readTrialMemory(memory: JsonValue): TrialMemory {
  if (memory === null) return { loss: 0, roundsSinceTrial: 0, lastTrial: [] };
  if (typeof memory === 'object' && 'lastTrial' in memory) {
    const { loss, roundsSinceTrial, lastTrial } = memory;
    if (typeof loss === 'number' && typeof roundsSinceTrial === 'number' && lastTrial !== undefined) {
      return { loss, roundsSinceTrial, lastTrial };
    }
  }
  throw invalidMemory('fedadapter', 'loss, roundsSinceTrial and lastTrial', memory);
}

function beginGroup(global: GlobalState, plan: Plan, devices: readonly DevicePlan[]): TrialGroup {
  const { depth, ranks } = itemAt(devices, 0);
  const width = itemAt(ranks, 0);
  const adapter = extendBottlenecks(global.adapter, { depth, width });
  return {
    depth,
    width,
    seconds: awaitedSeconds(devices).reduce((longest, each) => Math.max(longest, each), 0),
    deviceIds: new Set(devices.map(({ id }) => id)),
    sum: beginSum({ ...global, adapter }, { ...plan, devices }),
    examples: 0,
    weightedLoss: 0,
  };
}

function judge(
  { examples, weightedLoss, seconds }: TrialGroup,
  lossBefore: number,
): { readonly loss: number; readonly score: number } {
  const loss = weightedLoss / examples;
  const gain = lossBefore - loss;
  return { loss, score: gain > 0 ? gain / seconds : gain };
}
