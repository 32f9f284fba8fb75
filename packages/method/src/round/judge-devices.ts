import { lowerMedian } from '../algebra/lower-median.ts';
import { type DeviceStanding, judgeDevice, type Verdict } from './device-standing.ts';
import type { DeviceTable } from './device-table.ts';
import { findEntry } from './device-table.ts';
import type { AssignedDevice, CollectingState, UpdatedDevice } from './round-state.ts';

/** An update that took so many times as long as the typical one of its round, and as planned, is slow … */
const SLOW_FACTOR = 4;
const LATE_FACTOR = 2;
/** … where that is more than nobody minds. */
const SLOW_SECONDS = 5;

/** The standings after a round has closed. `atDeadline`: it waited in vain for whoever still owes an update. */
export function judgeDevices(state: CollectingState, atDeadline: boolean): DeviceTable<DeviceStanding> {
  const { plan, devices, round } = state;
  // Of two, the quicker one is typical: a device cannot make itself so by being slow.
  const typicalSeconds = lowerMedian(
    plan.devices.flatMap(({ id }) => {
      const device = findEntry(devices, id);
      return device?.status === 'updated' ? (device.elapsedSeconds ?? []) : [];
    }),
  );
  return plan.devices.reduce((standings, { id, seconds, awaited = true }) => {
    const device = findEntry(devices, id);
    const verdict = device && judge(device, { atDeadline: atDeadline && awaited, typicalSeconds, seconds });
    return verdict === undefined ? standings : judgeDevice(standings, id, round, verdict);
  }, state.standings);
}

interface Circumstances {
  readonly atDeadline: boolean;
  /** Of the round's updates; 0 where there are none. */
  readonly typicalSeconds: number;
  /** Planned. */
  readonly seconds: number;
}

/** Undefined where the round tells nothing of the device. */
function judge(device: AssignedDevice, circumstances: Circumstances): Verdict | undefined {
  switch (device.status) {
    case 'assigned':
      if (!circumstances.atDeadline) return undefined;
      return { kind: 'fault', severity: 'grave', reason: 'it took work and did not return it in time' };
    case 'dropped':
      return { kind: 'fault', severity: 'light', reason: `it dropped out: ${device.reason}` };
    case 'updated':
      return judgeUpdate(device, circumstances);
  }
}

function judgeUpdate(
  { elapsedSeconds, claimsHeld }: UpdatedDevice,
  { typicalSeconds, seconds }: Circumstances,
): Verdict {
  if (claimsHeld === false) {
    const reason = 'its measurements of itself are far from what it took';
    return { kind: 'fault', severity: 'light', reason };
  }
  const bearable = Math.max(SLOW_FACTOR * typicalSeconds, LATE_FACTOR * seconds, SLOW_SECONDS);
  if (elapsedSeconds !== undefined && elapsedSeconds > bearable) {
    const reason = `it took ${elapsedSeconds.toFixed(0)} s, others ${typicalSeconds.toFixed(0)} s`;
    return { kind: 'fault', severity: 'light', reason };
  }
  return { kind: 'good' };
}
