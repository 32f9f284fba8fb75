import { InputError, seededRandom } from '@legend-fl/base';
import {
  type DeviceStanding,
  type ExcludedDevice,
  findEntry,
  type Plan,
  type RoundState,
  treatDevice,
} from '@legend-fl/method';
import { drawParticipants, planRound } from '@legend-fl/runs';
import type { Presence } from '../fleet/presence.ts';
import type { RunResources } from '../settings/run-resources.ts';
import { deadlineSeconds, neededUpdates, type RunSettings } from '../settings/run-settings.ts';
import type { RunTensors } from '../settings/run-tensors.ts';
import type { StoredDevice } from '../store/store.ts';

/** A device that a round can be planned for. */
export type ReadyDevice = Parameters<typeof planRound>[2]['devices'][number];

/** Those that take part in the next round, and those that are not asked to. */
export interface Gathered {
  readonly ready: readonly ReadyDevice[];
  /** Suspected of having spoilt a round, in order of enrolment. */
  readonly suspended: readonly ExcludedDevice[];
}

/**
 * Those of a run's devices that are there, have told their capacity and do not pause, in order of enrolment. One that has
 * let rounds down is not waited for, or not asked at all (see `treatDevice`), unless the round cannot do without it.
 */
export function gatherDevices(
  devices: readonly StoredDevice[],
  presence: Presence,
  { capacities, standings, round }: Pick<RoundState, 'capacities' | 'standings' | 'round'>,
  settings: RunSettings,
): Gathered {
  const there = devices.flatMap(({ id, revoked, quarantined }) => {
    const capacity = findEntry(capacities, id)?.capacity;
    const isPaused = presence.find(id)?.doing?.activity === 'paused';
    if (!capacity || revoked || quarantined || isPaused || !presence.isThere(id)) return [];
    return [{ id, capacity, treatment: treatDevice(standings, id, round) }];
  });
  const treated = (treatment: Treatment) => there.filter((device) => device.treatment === treatment);
  const missing = Math.max(0, neededDevices(settings) - treated('awaited').length);
  const indispensable = new Set(
    [...treated('set-back'), ...treated('suspended')].slice(0, missing).map(({ id }) => id),
  );
  const ready: ReadyDevice[] = [];
  const suspended: ExcludedDevice[] = [];
  for (const { id, capacity, treatment } of there) {
    if (treatment === 'awaited' || indispensable.has(id)) ready.push({ id, capacity });
    else if (treatment === 'set-back') ready.push({ id, capacity, awaited: false });
    else suspended.push({ id, reason: explainSuspension(findEntry(standings, id)) });
  }
  return { ready, suspended };
}

type Treatment = ReturnType<typeof treatDevice>;

function explainSuspension(standing: DeviceStanding | undefined): string {
  return `suspended until round ${standing?.untilRound}: ${standing?.reason}`;
}

/** Devices without which no round is planned: those asked for, and enough to bring in the updates that it needs. */
export function neededDevices(settings: RunSettings): number {
  return Math.max(settings.minimumDevices, neededUpdates(settings));
}

/**
 * Half of the devices, drawn anew for each attempt, after an attempt whose result was not kept and in which no device
 * stood out: so that sooner or later those that spoil it are not among them.
 */
export function halveAfterUndone<Device>(
  devices: readonly Device[],
  { undone, round, attempt }: Pick<RoundState, 'undone' | 'round' | 'attempt'>,
  settings: RunSettings,
): readonly Device[] {
  const half = Math.max(neededDevices(settings), Math.ceil(devices.length / 2));
  if (undone === 0 || devices.length <= half) return devices;
  const places = seededRandom(settings.seed, 'half', round, attempt).shuffle([...devices.keys()]);
  const drawn = new Set(places.slice(0, half));
  return devices.filter((_, place) => drawn.has(place));
}

/** Throws InputError where the strategy finds no plan, or one that could not bring in the updates that the round needs. */
export function planFor(
  { ready, suspended }: Gathered,
  { strategy, profile, definition: { settings } }: RunResources,
  state: RoundState,
  { global }: RunTensors,
): Plan {
  const { devicesPerRound, seed } = settings;
  const count = devicesPerRound ?? ready.length;
  const drawn = drawParticipants(ready, { count, seed, round: state.round });
  const devices = halveAfterUndone(drawn, state, settings);
  const plan = planRound(strategy, settings, {
    profile,
    state,
    devices,
    global,
    minimumCohort: settings.minimumCohort,
    leastDevices: neededUpdates(settings),
    mostSeconds: settings.roundDeadline.maximumSeconds,
    deadlineSeconds: (plan) => deadlineSeconds(settings, plan),
  });
  const needed = neededUpdates(settings);
  if (plan.devices.length >= needed) return { ...plan, excluded: [...plan.excluded, ...suspended] };
  throw new InputError({
    code: 'plan-too-small',
    expected: `a plan for at least ${needed} devices, as minimumUpdates and minimumCohort say`,
    got: `one for ${plan.devices.length}${explainExcluded(plan)}`,
    where: `round ${state.round}`,
    todo: 'Let further devices join.',
  });
}

function explainExcluded({ excluded }: Plan): string {
  const [first] = excluded;
  return first === undefined ? '' : `, without ${first.id}: ${first.reason}`;
}
