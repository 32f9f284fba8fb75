import type { RoundRecord } from '../../run-folder/round-record.ts';
import type { SeedRun } from '../list-series.ts';
import { chooseDevices } from './choose-devices.ts';
import type { DeviceLimit } from './limit-devices.ts';
import { significant } from './significant.ts';
import type { PageRun } from './tabulate-run.ts';

/** What the devices of one strategy and seed did. */
export interface DeviceRounds {
  readonly timelines: readonly Timeline[];
  /** Of each device that its run maps, the depth in each round, 0 where it did not take part. */
  readonly depths: readonly (readonly number[])[];
}

/** The devices of one round, a column per quantity. */
interface Timeline {
  readonly participants: number;
  readonly devices: readonly number[];
  readonly depth: readonly number[];
  readonly download: readonly number[];
  readonly forward: readonly number[];
  readonly backward: readonly number[];
  readonly upload: readonly number[];
  /** Devices that vanished: position in the columns, seconds until then, why. */
  readonly dropped: readonly (readonly [number, number, string])[];
}

export function tabulateDevices(
  { rounds }: SeedRun,
  { ids, mapped }: Pick<PageRun, 'ids' | 'mapped'>,
  limit: DeviceLimit,
): DeviceRounds {
  const rowOf = new Map(mapped.map((device, row) => [ids[device], row]));
  const depths = mapped.map(() => rounds.map(() => 0));
  for (const [index, { devices }] of rounds.entries()) {
    for (const { id, depth } of devices) {
      const row = depths[rowOf.get(id) ?? -1];
      if (row !== undefined) row[index] = depth;
    }
  }
  const indexOf = new Map(ids.map((id, index) => [id, index]));
  return { timelines: rounds.map((round) => tabulateRound(round, indexOf, limit)), depths };
}

function tabulateRound(
  round: RoundRecord,
  indexOf: ReadonlyMap<string, number>,
  limit: DeviceLimit,
): Timeline {
  const devices = chooseDevices(round, limit);
  return {
    participants: round.devices.length,
    devices: devices.map(({ id }) => indexOf.get(id) ?? -1),
    depth: devices.map(({ depth }) => depth),
    download: devices.map(({ downloadSeconds }) => significant(downloadSeconds)),
    forward: devices.map(({ forwardSeconds }) => significant(forwardSeconds)),
    backward: devices.map(({ backwardSeconds }) => significant(backwardSeconds)),
    upload: devices.map(({ uploadSeconds }) => significant(uploadSeconds)),
    dropped: devices.flatMap(({ dropped, seconds }, position) =>
      dropped === undefined ? [] : [[position, significant(seconds), dropped] as const],
    ),
  };
}
