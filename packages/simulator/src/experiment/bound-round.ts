import { requireDefined } from '@legend-fl/base';
import {
  boundUpdates,
  changeNorms,
  clipUpdate,
  extendHistory,
  type GlobalState,
  leastScale,
  type NormHistory,
  type Plan,
  type Strategy,
  type Update,
} from '@legend-fl/method';
import type { BoundsSettings } from '@legend-fl/runs';

/** How an update counted: the part that was added, or the reason why none was. */
export type UpdateFate =
  | { readonly counted: true; readonly scale: number }
  | { readonly counted: false; readonly reason: string };

/** A round whose updates were bounded before they were added. */
export interface BoundedRound {
  readonly global: GlobalState;
  readonly norms: NormHistory;
  /** By device. */
  readonly fates: ReadonlyMap<string, UpdateFate>;
}

/**
 * Adds up a round's updates within bounds. The bounds follow from the round's medians, so all updates stay in memory until
 * the last one is in.
 *
 * @param updates in the plan's order
 * @param history of the earlier rounds
 */
export function sumWithinBounds(
  strategy: Strategy,
  global: GlobalState,
  plan: Plan,
  updates: readonly Update[],
  history: NormHistory,
  bounds: BoundsSettings,
): BoundedRound {
  const plans = new Map(plan.devices.map((device) => [device.id, device]));
  const arrived = updates.map((update) => {
    const device = requireDefined(plans.get(update.deviceId), `plan for device ${update.deviceId}`);
    return { update, start: strategy.deviceAdapter(global, device) };
  });
  const received = arrived.map(({ update: { deviceId, examples, loss, adapter }, start }) => ({
    deviceId,
    examples,
    loss,
    norms: changeNorms(start, adapter),
  }));
  const outcomes = boundUpdates(received, history, bounds);
  const fates = new Map<string, UpdateFate>();
  let sum = strategy.begin(global, plan);
  for (const [place, { update, start }] of arrived.entries()) {
    const outcome = requireDefined(outcomes[place], `outcome of the update of ${update.deviceId}`);
    if (outcome.status === 'left-out') {
      fates.set(update.deviceId, { counted: false, reason: `left out: ${outcome.reason}` });
      continue;
    }
    sum = strategy.add(sum, clipUpdate(start, update, outcome));
    fates.set(update.deviceId, { counted: true, scale: leastScale(outcome.scales) });
  }
  return { global: strategy.finish(sum), norms: extendHistory(history, received, outcomes), fates };
}
