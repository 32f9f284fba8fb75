import { seededRandom } from '@legend-fl/base';
import type { DevicePlan } from '@legend-fl/method';
import type { LocalTask } from '@legend-fl/trainer';
import type { Start } from './messages/start-message.ts';
import type { LocalSettings } from './settings/local-settings.ts';
import type { TrunkCacheRule } from './settings/trunk-settings.ts';

/** Shared by all local tasks of a run. */
export interface TaskSettings {
  readonly local: LocalSettings;
  /** Rounds of the whole run; a linear schedule ends with the last one. */
  readonly rounds: number;
  readonly seed: number;
  readonly trunkCache: Pick<TrunkCacheRule, 'type'> | null;
}

/** The device and round of a task. */
export interface TaskOccasion {
  /** Name of the run or its strategy. With the round it names the merged weights, so no other run may share it. */
  readonly name: string;
  /** From 1. */
  readonly round: number;
  /** τ of the round's plan. */
  readonly localSteps: number;
  readonly deviceId: string;
  /** Indices of the device's examples in the dataset. */
  readonly examples: readonly number[];
}

/**
 * The training task of a device, from the start that it received. Its batches depend on the seed, the round and the device,
 * not on the strategy.
 */
export function localTask(
  { local, rounds, seed, trunkCache }: TaskSettings,
  { depth, trunk, training }: Pick<DevicePlan, 'depth' | 'trunk' | 'training'>,
  { adapter, merged }: Start,
  { name, round, localSteps, deviceId, examples }: TaskOccasion,
): LocalTask {
  const { batchSize, optimizer, weightDecay, maxGradNorm, learningRate, warmupRounds, schedule } = local;
  return {
    adapter,
    depth,
    trunk,
    ...training,
    ...(merged && { merged: { version: `${name}, round ${round}`, deltas: merged } }),
    ...(trunkCache && { trunkCache: { elementType: trunkCache.type } }),
    examples,
    steps: localSteps,
    batchSize,
    update: { optimizer, weightDecay, maxGradNorm },
    learningRate: {
      peak: learningRate,
      warmupSteps: warmupRounds * local.steps,
      ...(schedule === 'linear' && { totalSteps: rounds * local.steps }),
    },
    firstStep: (round - 1) * local.steps,
    seed: seededRandom(seed, 'local', round, deviceId).integer(2 ** 31),
  };
}
