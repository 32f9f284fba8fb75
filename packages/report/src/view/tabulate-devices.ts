import { chooseDevices } from '../digest/choose-devices.ts';
import type { RoundDigest } from '../digest/digest-round.ts';
import type { DeviceLimit } from '../digest/limit-devices.ts';
import type { SeedRun } from '../list-series.ts';
import type { SeedView, TimelineView } from '../page/report-view.ts';
import { significant } from './significant.ts';
import type { RunTable } from './tabulate-run.ts';

/** What the devices of one strategy and seed did. */
export function tabulateDevices(
  { run, rounds }: SeedRun,
  { ids, mapped }: Pick<RunTable, 'ids' | 'mapped'>,
  limit: DeviceLimit,
): Pick<SeedView, 'timelines' | 'depths'> {
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
): TimelineView {
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
