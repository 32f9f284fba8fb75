import { putEntry } from './device-table.ts';
import type { RepeatRound, RoundEffect } from './round-effect.ts';
import type { DeviceResult } from './round-event.ts';
import type { RoundSettings } from './round-settings.ts';
import {
  type CollectingState,
  type DroppedDevice,
  type FinishReason,
  listUpdates,
  type PlanningState,
  type RoundState,
  type UpdatedDevice,
} from './round-state.ts';
import { enterPhase, progressOf, type RoundStep, stayInPhase } from './round-step.ts';

/** Records how a device that owed its result ended its part, and closes the round where that completes it. */
export function settleDevice(
  state: CollectingState,
  settled: UpdatedDevice | DroppedDevice,
  { bytesUp, bytesDown, elapsedSeconds }: DeviceResult,
): RoundStep {
  const { totals } = state;
  const next: CollectingState = {
    ...state,
    devices: putEntry(state.devices, settled),
    pending: state.pending - 1,
    updated: settled.status === 'updated' ? state.updated + 1 : state.updated,
    totals: { ...totals, bytesUp: totals.bytesUp + bytesUp, bytesDown: totals.bytesDown + bytesDown },
  };
  return isComplete(next) ? closeRound(next, elapsedSeconds) : stayInPhase(next);
}

/** Whether the round can close before its deadline: enough updates are in, or no more can come. */
export function isComplete({ settings, plan, pending, updated }: CollectingState): boolean {
  return pending === 0 || updated >= countNeededUpdates(settings, plan.devices.length);
}

/** Closes the round as it stands: aggregate, or try it again, or give the run up. */
export function closeRound(state: CollectingState, elapsedSeconds: number): RoundStep {
  const { settings, plan, devices, updated, round, attempt } = state;
  const totals = { ...state.totals, seconds: state.totals.seconds + elapsedSeconds };
  const closed: CollectingState = { ...state, totals };
  if (updated >= settings.minimumUpdates) {
    return enterPhase({ ...progressOf(closed), phase: 'aggregating', plan, devices });
  }
  if (attempt >= settings.maximumAttempts) return finishRun(closed, 'too-few-updates');
  const repeated: PlanningState = { ...progressOf(closed), phase: 'planning', attempt: attempt + 1 };
  const repeat: RepeatRound = {
    type: 'repeat-round',
    round,
    attempt: repeated.attempt,
    reason: `${updated} of at least ${settings.minimumUpdates} updates came in.`,
  };
  return enterPhase(repeated, [...discardUpdates(state), repeat]);
}

/** Ends the run. Updates that were accepted but not handed out for aggregation are discarded. */
export function finishRun(state: RoundState, reason: FinishReason): RoundStep {
  return enterPhase({ ...progressOf(state), phase: 'finished', reason }, discardUpdates(state));
}

function discardUpdates(state: RoundState): RoundEffect[] {
  const updates = state.phase === 'collecting' ? listUpdates(state) : [];
  return updates.length === 0 ? [] : [{ type: 'discard', updates }];
}

function countNeededUpdates({ needed, minimumUpdates }: RoundSettings, assigned: number): number {
  // The slack keeps a share that is a whole number of devices from being rounded up: 0.55 × 100 = 55.000000000000007.
  const wanted = 'count' in needed ? needed.count : Math.ceil(needed.share * assigned - 1e-9);
  return Math.max(wanted, minimumUpdates);
}
