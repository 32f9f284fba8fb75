import type { CapacityEstimator } from '../capacity.ts';
import type { DevicePlan } from '../plan.ts';
import { believeCapacity } from './believe-capacity.ts';
import { settleDevice } from './close-round.ts';
import { compareAttempts } from './compare-attempts.ts';
import { findEntry, putEntry } from './device-table.ts';
import { observeCapacity } from './observe-capacity.ts';
import type { RejectCode } from './round-effect.ts';
import type { DeviceDropped, DeviceResult, UpdateReceived } from './round-event.ts';
import type { AssignedDevice, CollectingState, RoundState } from './round-state.ts';
import { type RoundStep, stayInPhase } from './round-step.ts';

/** Counts an update once: the same one again does nothing, one that cannot count is rejected. */
export function receiveUpdate(
  state: RoundState,
  event: UpdateReceived,
  estimator: CapacityEstimator,
): RoundStep {
  const found = findAssignedDevice(state, event);
  if ('code' in found) return rejectEvent(state, event, found);
  switch (found.status) {
    case 'assigned':
      if (state.phase !== 'collecting') return rejectEvent(state, event, closedRejection(event));
      return acceptUpdate(state, state.plan.devices[found.place], event, estimator);
    case 'updated':
      if (found.reference === event.reference) return stayInPhase(state);
      return rejectEvent(state, event, {
        code: 'conflicting-update',
        reason: `Device ${event.deviceId} has already sent another update for round ${event.round}.`,
      });
    case 'dropped':
      return rejectEvent(state, event, {
        code: 'device-dropped',
        reason: `Device ${event.deviceId} was dropped from round ${event.round}: ${found.reason}.`,
      });
  }
}

/** Drops a device from the attempt; one that has updated or was dropped before stays as it is. */
export function dropDevice(state: RoundState, event: DeviceDropped): RoundStep {
  const found = findAssignedDevice(state, event);
  if ('code' in found) return rejectEvent(state, event, found);
  if (found.status !== 'assigned') return stayInPhase(state);
  if (state.phase !== 'collecting') return rejectEvent(state, event, closedRejection(event));
  return settleDevice(state, { id: event.deviceId, status: 'dropped', reason: event.reason }, event);
}

/** Leaves the state alone and says why to the device. */
export function rejectEvent(
  state: RoundState,
  { deviceId }: { readonly deviceId: string },
  { code, reason }: Rejection,
): RoundStep {
  return { state, effects: [{ type: 'reject', deviceId, code, reason }] };
}

interface Rejection {
  readonly code: RejectCode;
  readonly reason: string;
}

function acceptUpdate(
  state: CollectingState,
  device: DevicePlan | undefined,
  event: UpdateReceived,
  estimator: CapacityEstimator,
): RoundStep {
  const { deviceId: id, reference, examples, elapsedSeconds } = event;
  const { capacities, claimsHeld } = learnCapacity(state, device, event, estimator);
  const updated = { id, status: 'updated', reference, examples, elapsedSeconds } as const;
  return settleDevice(
    { ...state, capacities },
    claimsHeld ? updated : { ...updated, claimsHeld: false },
    event,
  );
}

/** What a device did counts more than what it claims: a claim that does not hold is corrected, not averaged in. */
function learnCapacity(
  { capacities, plan }: CollectingState,
  device: DevicePlan | undefined,
  event: UpdateReceived,
  estimator: CapacityEstimator,
): { readonly capacities: CollectingState['capacities']; readonly claimsHeld: boolean } {
  const { deviceId: id, observed } = event;
  if (observed === undefined || device === undefined) return { capacities, claimsHeld: true };
  const { capacity, held } = believeCapacity(observed, plan, device, event);
  if (held) {
    return { capacities: observeCapacity(capacities, id, observed, estimator), claimsHeld: true };
  }
  return { capacities: putEntry(capacities, { id, capacity }), claimsHeld: false };
}

/** The device of the current assignment that the result belongs to, or why there is none. */
function findAssignedDevice(state: RoundState, event: DeviceResult): AssignedDevice | Rejection {
  const order = compareAttempts(event, state);
  const { deviceId, round, attempt } = event;
  if (order < 0) {
    return { code: 'old-round', reason: `Round ${round}, attempt ${attempt}, is over.` };
  }
  if (order > 0 || !('devices' in state)) {
    return { code: 'round-not-open', reason: `Round ${round}, attempt ${attempt}, has not been assigned.` };
  }
  return (
    findEntry(state.devices, deviceId) ?? {
      code: 'unknown-device',
      reason: `Device ${deviceId} has no assignment in round ${round}, attempt ${attempt}.`,
    }
  );
}

function closedRejection({ round }: DeviceResult): Rejection {
  return { code: 'round-closed', reason: `Round ${round} has closed without this device.` };
}
