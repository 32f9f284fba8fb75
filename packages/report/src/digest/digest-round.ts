import type { DeviceRecord, RoundRecord } from '@legend-fl/runs';
import { chooseDevices } from './choose-devices.ts';
import type { DeviceLimit } from './limit-devices.ts';
import { enrol, type RosterEntry } from './roster.ts';

/** What a report keeps of a round: two bytes per device, and more only of those that it shows. */
export interface RoundDigest
  extends Pick<
    RoundRecord,
    | 'round'
    | 'virtualSeconds'
    | 'roundSeconds'
    | 'waitingSeconds'
    | 'accuracy'
    | 'bytesUp'
    | 'bytesDown'
    | 'rankDistribution'
  > {
  /** How many devices took part. */
  readonly participants: number;
  /** Those to show; see `chooseDevices`. */
  readonly devices: readonly ShownDevice[];
  /** How many devices trained at each depth. */
  readonly depthCounts: ReadonlyMap<number, number>;
  /** Depth of each device by its place in the run's roster, 0 where it sat out; without those that came later. */
  readonly depths: Uint16Array;
}

export type ShownDevice = Pick<
  DeviceRecord,
  | 'id'
  | 'depth'
  | 'seconds'
  | 'downloadSeconds'
  | 'forwardSeconds'
  | 'backwardSeconds'
  | 'uploadSeconds'
  | 'capacity'
  | 'dropped'
>;

/** Puts the round's devices on the roster as well. */
export function digestRound(
  record: RoundRecord,
  roster: Map<string, RosterEntry>,
  limit: DeviceLimit,
): RoundDigest {
  const places = record.devices.map((device) => enrol(roster, device).place);
  const depths = new Uint16Array(roster.size);
  const depthCounts = new Map<number, number>();
  for (const [index, { depth }] of record.devices.entries()) {
    depths[places[index] ?? -1] = depth;
    depthCounts.set(depth, (depthCounts.get(depth) ?? 0) + 1);
  }
  const { round, virtualSeconds, roundSeconds, waitingSeconds, accuracy } = record;
  const { bytesUp, bytesDown, rankDistribution } = record;
  return {
    round,
    virtualSeconds,
    roundSeconds,
    waitingSeconds,
    accuracy,
    bytesUp,
    bytesDown,
    rankDistribution,
    participants: record.devices.length,
    devices: chooseDevices(record.devices, limit).map(digestDevice),
    depthCounts,
    depths,
  };
}

function digestDevice(device: DeviceRecord): ShownDevice {
  const { id, depth, seconds, capacity, dropped } = device;
  const { downloadSeconds, forwardSeconds, backwardSeconds, uploadSeconds } = device;
  return {
    id,
    depth,
    seconds,
    downloadSeconds,
    forwardSeconds,
    backwardSeconds,
    uploadSeconds,
    ...(capacity && { capacity }),
    ...(dropped !== undefined && { dropped }),
  };
}
