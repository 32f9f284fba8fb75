import { isRealRun } from '@legend-fl/runs';
import { chooseDevices } from '../digest/choose-devices.ts';
import type { RoundDigest } from '../digest/digest-round.ts';
import type { DeviceLimit } from '../digest/limit-devices.ts';
import type { Roster } from '../digest/roster.ts';
import { type ReportedRun, seedOf } from '../group-runs.ts';
import { nameDevices } from '../name-devices.ts';
import { chooseEvenly } from '../page/choose-evenly.ts';
import type { CapacitiesView, RunView } from '../page/report-view.ts';
import { significant } from './significant.ts';

/** The fleet of one run, with the ids of the devices that the page names. */
export type RunTable = RunView & { readonly ids: readonly string[] };

/** Kinds of real devices, in words. */
const runtimes: Readonly<Record<string, string>> = { node: 'Node.js', browser: 'browser' };

export function tabulateRun(run: ReportedRun, group: string | undefined, limit: DeviceLimit): RunTable {
  const strategies = [...(run.rounds?.values() ?? [])];
  const roster: Roster = run.roster ?? new Map();
  const kinds = [...new Set([...roster.values()].map(({ kind }) => kind))];
  // Where nearly every device is a kind of its own, kinds say nothing.
  const grouped = kinds.length * 2 <= roster.size;
  const kindOf = (id: string) => (grouped ? kinds.indexOf(roster.get(id)?.kind ?? '') : 0);
  const { compare } = new Intl.Collator('en', { numeric: true });
  const names = nameDevices(run, [...roster.keys()]);
  const nameOf = (id: string) => names.get(id) ?? id;
  const all = [...roster.keys()].sort(
    (one, other) => kindOf(one) - kindOf(other) || compare(nameOf(one), nameOf(other)),
  );
  const mapped = new Set(chooseEvenly(all, limit.devices));
  const inRounds = strategies
    .flat()
    .flatMap(({ devices }) => chooseDevices(devices, limit).map(({ id }) => id));
  const shown = new Set([...mapped, ...inRounds]);
  const ids = all.filter((id) => shown.has(id));
  const indexOf = new Map(ids.map((id, index) => [id, index]));
  const label = `seed ${seedOf(run)}`;
  return {
    label: group === undefined ? label : `${group}, ${label}`,
    devices: all.length,
    ids,
    names: ids.map(nameOf),
    kinds: grouped
      ? kinds.map((kind) => (isRealRun(run.summary) ? (runtimes[kind] ?? kind) : kind))
      : ['devices'],
    kindOf: ids.map(kindOf),
    mapped: ids.flatMap((id, index) => (mapped.has(id) ? index : [])),
    capacities: longestOf(strategies).flatMap((round) => tabulateCapacities(round, indexOf, limit)),
  };
}

/** The fleet is the same for all strategies; the one with most rounds shows most of it. */
function longestOf(strategies: readonly (readonly RoundDigest[])[]): readonly RoundDigest[] {
  return strategies.reduce((one, other) => (other.length > one.length ? other : one), []);
}

function tabulateCapacities(
  round: RoundDigest,
  indexOf: ReadonlyMap<string, number>,
  limit: DeviceLimit,
): CapacitiesView[] {
  const known = chooseDevices(round.devices, limit).flatMap(({ id, capacity }) =>
    capacity === undefined ? [] : { device: indexOf.get(id) ?? -1, capacity },
  );
  if (known.length === 0) return [];
  const megabits = (secondsPerByte: number) =>
    secondsPerByte === 0 ? 0 : significant(8 / secondsPerByte / 1e6);
  return [
    {
      round: round.round,
      participants: round.participants,
      devices: known.map(({ device }) => device),
      forward: known.map(({ capacity }) => significant(capacity.forwardSecondsPerBlock)),
      backward: known.map(({ capacity }) => significant(capacity.backwardSecondsPerBlock)),
      upload: known.map(({ capacity }) => megabits(capacity.uploadSecondsPerByte)),
      download: known.map(({ capacity }) => megabits(capacity.downloadSecondsPerByte)),
    },
  ];
}
