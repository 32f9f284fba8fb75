import type { RoundRecord } from '../../run-folder/round-record.ts';
import { chooseEvenly } from '../choose-evenly.ts';
import { type ReportedRun, seedOf } from '../group-runs.ts';
import { chooseDevices } from './choose-devices.ts';
import { deviceKind } from './device-kind.ts';
import type { DeviceLimit } from './limit-devices.ts';
import { significant } from './significant.ts';

/** The fleet of one run, the same for all of its strategies. */
export interface PageRun {
  /** The seed, with the experiment's name where there are several. */
  readonly label: string;
  /** Devices that took part in some round. */
  readonly devices: number;
  /** Of the devices that the page shows, by kind. */
  readonly ids: readonly string[];
  readonly kinds: readonly string[];
  /** Index of each device's kind. */
  readonly kindOf: readonly number[];
  /** The devices of the depth maps. */
  readonly mapped: readonly number[];
  /** Of each round that some record tells capacities of. */
  readonly capacities: readonly PageCapacities[];
}

interface PageCapacities {
  readonly round: number;
  readonly participants: number;
  readonly devices: readonly number[];
  /** Seconds per block, forward and backward apart, and megabits per second. */
  readonly forward: readonly number[];
  readonly backward: readonly number[];
  readonly upload: readonly number[];
  readonly download: readonly number[];
}

export function tabulateRun(run: ReportedRun, group: string | undefined, limit: DeviceLimit): PageRun {
  const strategies = [...(run.rounds?.values() ?? [])];
  const kindById = new Map<string, string>();
  for (const device of strategies.flat().flatMap(({ devices }) => devices)) {
    if (!kindById.has(device.id)) kindById.set(device.id, deviceKind(device));
  }
  const kinds = [...new Set(kindById.values())];
  // Where nearly every device is a kind of its own, kinds say nothing.
  const grouped = kinds.length * 2 <= kindById.size;
  const kindOf = (id: string) => (grouped ? kinds.indexOf(kindById.get(id) ?? '') : 0);
  const { compare } = new Intl.Collator('en', { numeric: true });
  const all = [...kindById.keys()].sort((one, other) => kindOf(one) - kindOf(other) || compare(one, other));
  const mapped = new Set(chooseEvenly(all, limit.devices));
  const inRounds = strategies.flat().flatMap((round) => chooseDevices(round, limit).map(({ id }) => id));
  const shown = new Set([...mapped, ...inRounds]);
  const ids = all.filter((id) => shown.has(id));
  const indexOf = new Map(ids.map((id, index) => [id, index]));
  const label = `seed ${seedOf(run)}`;
  return {
    label: group === undefined ? label : `${group}, ${label}`,
    devices: all.length,
    ids,
    kinds: grouped ? kinds : ['devices'],
    kindOf: ids.map(kindOf),
    mapped: ids.flatMap((id, index) => (mapped.has(id) ? index : [])),
    capacities: longestOf(strategies).flatMap((round) => tabulateCapacities(round, indexOf, limit)),
  };
}

/** The fleet is the same for all strategies; the one with most rounds shows most of it. */
function longestOf(strategies: readonly (readonly RoundRecord[])[]): readonly RoundRecord[] {
  return strategies.reduce((one, other) => (other.length > one.length ? other : one), []);
}

function tabulateCapacities(
  round: RoundRecord,
  indexOf: ReadonlyMap<string, number>,
  limit: DeviceLimit,
): PageCapacities[] {
  const known = chooseDevices(round, limit).flatMap(({ id, capacity }) =>
    capacity === undefined ? [] : { device: indexOf.get(id) ?? -1, capacity },
  );
  if (known.length === 0) return [];
  const megabits = (secondsPerByte: number) =>
    secondsPerByte === 0 ? 0 : significant(8 / secondsPerByte / 1e6);
  return [
    {
      round: round.round,
      participants: round.devices.length,
      devices: known.map(({ device }) => device),
      forward: known.map(({ capacity }) => significant(capacity.forwardSecondsPerBlock)),
      backward: known.map(({ capacity }) => significant(capacity.backwardSecondsPerBlock)),
      upload: known.map(({ capacity }) => megabits(capacity.uploadSecondsPerByte)),
      download: known.map(({ capacity }) => megabits(capacity.downloadSecondsPerByte)),
    },
  ];
}
