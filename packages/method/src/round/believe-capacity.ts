import type { Capacity } from '../capacity.ts';
import { completionTime } from '../cost-model.ts';
import type { DevicePlan, Plan } from '../plan.ts';

/** What a device claims to be able to do, held against what it did. */
export interface Belief {
  /** The claim, or what the work done says where the two are far apart. */
  readonly capacity: Capacity;
  readonly held: boolean;
}

/** What it did in a round, as the coordinator measured it. */
export interface MeasuredWork {
  readonly elapsedSeconds: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
}

/** A claim may be off by this factor: machines slow down under load and speed up again. */
const TOLERANCE = 3;
/** Seconds that polls, start-up, a pause or a restart may add whatever the capacity. */
const OVERHEAD_SECONDS = 5;
/** Keeps a claim of next to nothing from being scaled beyond all numbers. */
const MOST_CORRECTION = 1e12;

/**
 * Checks claimed speeds against a finished assignment (ours). With t_most the time that the claim predicts when every
 * block is computed, and t_least when a trunk cache holds all that it can,
 *
 *   t_least > 3·elapsed + 5 s:   the device is faster than it says; all its times shrink by elapsed / t_least
 *   elapsed > 3·t_most + 5 s:    it is slower than it says; all its times grow by (elapsed - 5 s) / t_most
 *
 * In between the claim holds. The memory that a device claims shows only in whether it delivers, see `DeviceStanding`.
 */
export function believeCapacity(
  claimed: Capacity,
  { rankDistribution, localSteps }: Plan,
  { depth, training }: DevicePlan,
  { elapsedSeconds, bytesUp, bytesDown }: MeasuredWork,
): Belief {
  const { quantizedBlocks = 0 } = training ?? {};
  const load = { depth, quantizedBlocks, localSteps, bytesUp, bytesDown };
  const most = completionTime(claimed, { ...load, trunkBlocks: rankDistribution.length - depth }).seconds;
  const least = completionTime(claimed, { ...load, trunkBlocks: 0 }).seconds;
  if (least > TOLERANCE * elapsedSeconds + OVERHEAD_SECONDS) {
    return { capacity: scaleTimes(claimed, elapsedSeconds / least), held: false };
  }
  if (elapsedSeconds > TOLERANCE * most + OVERHEAD_SECONDS) {
    const factor = Math.min((elapsedSeconds - OVERHEAD_SECONDS) / most, MOST_CORRECTION);
    return { capacity: scaleTimes(claimed, factor), held: false };
  }
  return { capacity: claimed, held: true };
}

function scaleTimes(capacity: Capacity, factor: number): Capacity {
  return {
    ...capacity,
    forwardSecondsPerBlock: factor * capacity.forwardSecondsPerBlock,
    backwardSecondsPerBlock: factor * capacity.backwardSecondsPerBlock,
    uploadSecondsPerByte: factor * capacity.uploadSecondsPerByte,
    downloadSecondsPerByte: factor * capacity.downloadSecondsPerByte,
  };
}
