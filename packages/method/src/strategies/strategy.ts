import type { Adapter, Tensor } from '@legend-fl/adapter';
import type { Capacity } from '../capacity.ts';
import type { ModelProfile, Trunk } from '../cost-model.ts';
import type { DevicePlan, Plan } from '../plan.ts';
import type { Evaluation } from '../round/round-state.ts';

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

/** What passes from round to round; with the plan, all that has to be kept to resume a run. */
export interface GlobalState {
  readonly adapter: Adapter;
  /** The strategy's own memory; null where it has none, and at the start. */
  readonly memory: JsonValue;
  /** What earlier rounds have added to frozen weights, [out, in] by `blocks.<l>.<target>`; nothing if left out. */
  readonly merged?: ReadonlyMap<string, Tensor>;
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

/** What the global adapter is created with: entry l-1 belongs to block l, 0 for a block that carries nothing. */
export type InitialAdapter =
  | { readonly kind: 'lora'; readonly ranks: readonly number[]; readonly alphas: readonly number[] }
  | { readonly kind: 'bottleneck'; readonly widths: readonly number[] };

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
 * sum. Updates are added one at a time in the order of the plan's devices, whatever order they arrived in; those of
 * devices that vanish never come.
 *
 * `describe` and `initialAdapter` come once; then, in each round, `plan`, `deviceAdapter` for each of its devices, `begin`,
 * `add` for each update, `finish`. What a strategy has to remember goes into the global state: a resumed run has another
 * instance.
 *
 * @typeParam Sum the strategy's running aggregate; callers only hand it on.
 */
export interface Strategy<Sum = unknown> {
  readonly name: string;
  /** For the summary of a run. */
  describe(): StrategyDescription;
  /** What the global adapter is created with. */
  initialAdapter(profile: ModelProfile): InitialAdapter;
  /** The round's plan, to pass `checkPlan`. Throws InputError where no device fits. */
  plan(context: RoundContext): Plan;
  /** The adapter that a device starts its local steps from, at most of its planned ranks; see `startAdapter`. */
  deviceAdapter(global: GlobalState, device: DevicePlan): Adapter;
  /** @param plan of the round whose updates will be added */
  begin(global: GlobalState, plan: Plan): Sum;
  /**
   * Throws InputError `update-…` for an update that doesn't fit or isn't finite, and leaves the sum as it was. Keeps
   * nothing of the update's tensors: the caller may overwrite them.
   */
  add(sum: Sum, update: Update): Sum;
  /**
   * The global state of the next round. The one that the sum began with if nothing was added, or fewer updates than the
   * plan's `minimumCohort`; a block that fewer devices than that have trained keeps its values.
   */
  finish(sum: Sum): GlobalState;
}
