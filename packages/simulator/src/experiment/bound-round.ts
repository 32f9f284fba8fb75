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

/** What became of an update: the part of it that counted, or why none did. */
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
 * Adds up what is within bounds. They are set by the medians of a round, so all its updates lie in memory until the last
 * one is there.
 *
 * @param updates in the plan's order
 * @param history of the rounds before
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
  const starts = updates.map(({ deviceId }) => {
    const device = plans.get(deviceId);
    if (device === undefined) throw new Error(`${deviceId} is no device of the plan`);
    return strategy.deviceAdapter(global, device);
  });
  const received = updates.map(({ deviceId, examples, loss, adapter }, place) => ({
    deviceId,
    examples,
    loss,
    norms: changeNorms(starts[place] ?? adapter, adapter),
  }));
  const outcomes = boundUpdates(received, history, bounds);
  const fates = new Map<string, UpdateFate>();
  let sum = strategy.begin(global, plan);
  for (const [place, update] of updates.entries()) {
    const [start, outcome] = [starts[place], outcomes[place]];
    if (start === undefined || outcome === undefined) continue;
    if (outcome.status === 'left-out') {
      fates.set(update.deviceId, { counted: false, reason: `left out: ${outcome.reason}` });
      continue;
    }
    sum = strategy.add(sum, clipUpdate(start, update, outcome));
    fates.set(update.deviceId, { counted: true, scale: leastScale(outcome.scales) });
  }
  return { global: strategy.finish(sum), norms: extendHistory(history, received, outcomes), fates };
}
