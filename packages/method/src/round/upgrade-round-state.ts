import type { Plan } from '../plan.ts';
import type { DeviceTable } from './device-table.ts';
import { type RoundState, roundStateFormatVersion } from './round-state.ts';

/** A state of version 2, which knew neither standings nor devices that are not waited for. */
interface StateOfVersion2 {
  readonly formatVersion: 2;
  readonly phase: RoundState['phase'];
  readonly plan?: Plan;
  readonly devices?: DeviceTable<{ readonly id: string; readonly status: string }>;
  readonly pending?: number;
  readonly updated?: number;
}

/** A stored state in this version's layout; undefined of a version that this program does not know. */
export function upgradeRoundState(stored: { readonly formatVersion: unknown }): RoundState | undefined {
  if (stored.formatVersion === roundStateFormatVersion) return stored as RoundState;
  return stored.formatVersion === 2 ? upgradeFrom2(stored as StateOfVersion2) : undefined;
}

/** All devices were waited for. */
function upgradeFrom2(stored: StateOfVersion2): RoundState {
  const { phase, plan, devices, pending, updated } = stored;
  const upgraded = { ...stored, formatVersion: roundStateFormatVersion, standings: [], undone: 0 };
  if (phase !== 'collecting' || plan === undefined || devices === undefined) {
    return upgraded as unknown as RoundState;
  }
  const places = new Map(plan.devices.map(({ id }, place) => [id, place]));
  return {
    ...upgraded,
    devices: devices.map((chunk) =>
      chunk.map((device) =>
        device.status === 'assigned' ? { ...device, place: places.get(device.id) } : device,
      ),
    ),
    awaited: { assigned: plan.devices.length, pending, updated },
  } as unknown as RoundState;
}
