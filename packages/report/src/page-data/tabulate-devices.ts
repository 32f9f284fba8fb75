import { chooseDevices } from '../digest/choose-devices.ts';
import type { RoundDigest } from '../digest/digest-round.ts';
import type { DeviceLimit } from '../digest/limit-devices.ts';
import type { SeedRun } from '../list-series.ts';
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
  { run, rounds }: SeedRun,
  { ids, mapped }: Pick<PageRun, 'ids' | 'mapped'>,
  limit: DeviceLimit,
): DeviceRounds {
  const depths = mapped.map((device) => {
    const place = run.roster?.get(ids[device] ?? '')?.place ?? -1;
    return rounds.map((round) => round.depths[place] ?? 0);
  });
  const indexOf = new Map(ids.map((id, index) => [id, index]));
  return { timelines: rounds.map((round) => tabulateRound(round, indexOf, limit)), depths };
}

function tabulateRound(
  round: RoundDigest,
  indexOf: ReadonlyMap<string, number>,
  limit: DeviceLimit,
): Timeline {
  const devices = chooseDevices(round.devices, limit);
  return {
    participants: round.participants,
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
