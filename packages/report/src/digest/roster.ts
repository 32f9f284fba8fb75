import type { DeviceRecord } from '@legend-fl/runs';
import { deviceKind } from './device-kind.ts';

/** Every device that took part in some round of a run, by its id, in the order of their first rounds. */
export type Roster = ReadonlyMap<string, RosterEntry>;

export interface RosterEntry {
  /** From 0, in that order. */
  readonly place: number;
  readonly kind: string;
}

/** The device's entry, made where it is new. */
export function enrol(roster: Map<string, RosterEntry>, device: DeviceRecord): RosterEntry {
  const known = roster.get(device.id);
  if (known !== undefined) return known;
  const entry = { place: roster.size, kind: deviceKind(device) };
  roster.set(device.id, entry);
  return entry;
}
