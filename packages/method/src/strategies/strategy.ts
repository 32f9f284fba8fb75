import type { Adapter } from '@legend-fl/adapter';
import type { ModelProfile } from '../cost-model.ts';
import type { GlobalState, JsonValue } from '../global-state.ts';
import type { DevicePlan, Plan } from '../plan.ts';
import type { RoundContext } from '../round-context.ts';
import type { Update } from '../update.ts';

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
