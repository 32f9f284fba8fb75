import { findEntry, putEntry } from './device-table.ts';
import { judgeDevices } from './judge-devices.ts';
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
  const { totals, awaited } = state;
  const updated = settled.status === 'updated' ? 1 : 0;
  const next: CollectingState = {
    ...state,
    devices: putEntry(state.devices, settled),
    pending: state.pending - 1,
    updated: state.updated + updated,
    awaited: isAwaited(state, settled.id)
      ? { ...awaited, pending: awaited.pending - 1, updated: awaited.updated + updated }
      : awaited,
    totals: {
      ...totals,
      bytesUp: addBytes(totals.bytesUp, bytesUp),
      bytesDown: addBytes(totals.bytesDown, bytesDown),
    },
  };
  return isComplete(next) ? closeRound(next, elapsedSeconds) : stayInPhase(next);
}

function isAwaited({ plan, devices }: CollectingState, id: string): boolean {
  const device = findEntry(devices, id);
  return device?.status === 'assigned' && plan.devices[device.place]?.awaited !== false;
}

/** A total that no figure takes beyond the whole numbers that JSON carries exactly. */
function addBytes(total: number, bytes: number): number {
  return Math.min(total + bytes, Number.MAX_SAFE_INTEGER);
}

/** Whether the round can close before its deadline: enough updates are in, or no more can come. */
export function isComplete({ settings, pending, updated, awaited }: CollectingState): boolean {
  if (pending === 0) return true;
  if (updated < settings.minimumUpdates) return false;
  return awaited.pending === 0 || awaited.updated >= countNeededUpdates(settings, awaited.assigned);
}

/** Closes the round as it stands: aggregate, or try it again, or give the run up. */
export function closeRound(state: CollectingState, elapsedSeconds: number, atDeadline = false): RoundStep {
  const { settings, plan, devices, updated } = state;
  const totals = { ...state.totals, seconds: state.totals.seconds + elapsedSeconds };
  const closed: CollectingState = { ...state, totals, standings: judgeDevices(state, atDeadline) };
  if (updated >= settings.minimumUpdates) {
    return enterPhase({ ...progressOf(closed), phase: 'aggregating', plan, devices });
  }
  const reason = `${updated} of at least ${settings.minimumUpdates} updates came in.`;
  return repeatRound(closed, reason, 'too-few-updates');
}

/** Tries the round again, or gives the run up where it has been tried as often as it may. */
export function repeatRound(state: RoundState, reason: string, inTheEnd: FinishReason): RoundStep {
  const { settings, round, attempt } = state;
  if (attempt >= settings.maximumAttempts) return finishRun(state, inTheEnd);
  const repeated: PlanningState = { ...progressOf(state), phase: 'planning', attempt: attempt + 1 };
  const repeat: RepeatRound = { type: 'repeat-round', round, attempt: repeated.attempt, reason };
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
