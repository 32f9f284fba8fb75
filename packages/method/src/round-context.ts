import type { Capacity } from './capacity.ts';
import type { ModelProfile, Trunk } from './cost-model.ts';
import type { Evaluation } from './evaluation.ts';
import type { GlobalState } from './global-state.ts';

/** A device that is there for the round. */
export interface DeviceContext {
  readonly id: string;
  /** As estimated for this round. */
  readonly capacity: Capacity;
  /**
   * Entry k-1: blocks of the trunk that a local step at depth k is expected to compute, given what the device's trunk
   * cache holds. L-k if left out.
   */
  readonly trunkBlocks?: readonly number[];
  /** Most bytes that the device may send and receive in this round, together. */
  readonly bytesBudget?: number;
  /**
   * `false`: the round does not wait for it, so what it claims decides nothing for others: neither deadlines nor the
   * round's time.
   */
  readonly awaited?: false;
}

/** All that a strategy may look at to plan a round. */
export interface RoundContext {
  /** From 1. */
  readonly round: number;
  readonly profile: ModelProfile;
  readonly localSteps: number;
  readonly trunk: Trunk;
  /** Predicted bytes per value in messages: 4 as float32, fewer with a codec. */
  readonly valueBytes: number;
  /** Of the global adapter after the last round; null before the first. */
  readonly lastEvaluation: Evaluation | null;
  readonly devices: readonly DeviceContext[];
  readonly global: GlobalState;
  /**
   * Devices that have to train a block for it to be aggregated, so that no device can subtract its own update and read
   * another's; 1 if left out. No plan has a block trained by fewer, where it has so many devices at all.
   */
  readonly minimumCohort?: number;
}
