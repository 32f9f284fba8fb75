import type { Adapter } from '@legend/adapter';
import type { Capacity } from '../capacity.ts';
import type { ModelProfile, Trunk } from '../cost-model.ts';
import type { DevicePlan, Plan } from '../plan.ts';

export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** A device that is there for the round. */
export interface DeviceContext {
  readonly id: string;
  /** As estimated for this round. */
  readonly capacity: Capacity;
  /** Most bytes that the device may send and receive in this round, together. */
  readonly bytesBudget?: number;
}

/** All that a strategy may look at to plan a round. */
export interface RoundContext {
  /** From 1. */
  readonly round: number;
  readonly profile: ModelProfile;
  readonly localSteps: number;
  readonly trunk: Trunk;
  readonly devices: readonly DeviceContext[];
  readonly global: GlobalState;
}

/** What passes from round to round; with the plan, all that has to be kept to resume a run. */
export interface GlobalState {
  readonly adapter: Adapter;
  /** The strategy's own memory; null where it has none. */
  readonly memory: JsonValue;
}

/** What a device hands in after its local steps. */
export interface Update {
  readonly deviceId: string;
  readonly round: number;
  readonly depth: number;
  /** Training examples that the device holds; the weight in averages, as in FedAvg (arXiv 1602.05629). */
  readonly examples: number;
  /** The trained blocks and the head; blocks below the depth are empty. */
  readonly adapter: Adapter;
  /** Mean training loss of the local steps. */
  readonly loss: number;
}

/** The ranks and alphas with which the global adapter is created: entry l-1 of each belongs to block l. */
export interface InitialRanks {
  readonly ranks: readonly number[];
  readonly alphas: readonly number[];
}

export interface StrategyDescription {
  readonly name: string;
  /** One sentence. */
  readonly summary: string;
  /** Paper and year. */
  readonly source: string;
  readonly options: { readonly [key: string]: JsonValue };
}

/**
 * A method: how to plan a round and how to aggregate it. All functions are pure, with one exception: `add` may change
 * and return the sum that it is given, so that memory does not grow with the number of updates; nobody else keeps a
 * sum. Updates are added one at a time in the order of the plan's devices, whatever order they arrived in.
 *
 * @typeParam Sum the strategy's running aggregate; callers only hand it on.
 */
export interface Strategy<Sum = unknown> {
  readonly name: string;
  describe(): StrategyDescription;
  initialRanks(profile: ModelProfile): InitialRanks;
  /** Throws InputError where no device fits. */
  plan(context: RoundContext): Plan;
  /** The adapter that a device starts its local steps from. */
  deviceAdapter(global: GlobalState, device: DevicePlan): Adapter;
  begin(global: GlobalState): Sum;
  /** Throws InputError `update-…` for an update that doesn't fit or isn't finite, and leaves the sum as it was. */
  add(sum: Sum, update: Update): Sum;
  /** The global state of the next round; the one that the sum began with if nothing was added. */
  finish(sum: Sum): GlobalState;
}
