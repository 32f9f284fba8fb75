import { InputError, seededRandom } from '@legend/base';
import { findEntry, type Plan, type RoundState } from '@legend/method';
import { planRound } from '@legend/rounds';
import type { StoredDevice } from '../store/store.ts';
import type { Presence } from './presence.ts';
import type { RunResources } from './run-resources.ts';
import type { RunSettings } from './run-settings.ts';
import type { RunTensors } from './run-tensors.ts';

/** A device that a round can be planned for. */
export type ReadyDevice = Parameters<typeof planRound>[2]['devices'][number];

/** Those of a run's devices that are there, have told their capacity and do not pause, in order of enrolment. */
export function listReady(
  devices: readonly StoredDevice[],
  presence: Presence,
  { capacities }: Pick<RoundState, 'capacities'>,
): readonly ReadyDevice[] {
  return devices.flatMap(({ id, revoked, quarantined }) => {
    const capacity = findEntry(capacities, id)?.capacity;
    const ready =
      capacity &&
      !revoked &&
      !quarantined &&
      presence.isThere(id) &&
      presence.find(id)?.doing?.activity !== 'paused';
    return ready ? [{ id, capacity }] : [];
  });
}

/** Devices without which no round is planned: those asked for, and enough to bring in the updates that it needs. */
export function neededDevices({ minimumDevices, minimumUpdates }: RunSettings): number {
  return Math.max(minimumDevices, minimumUpdates);
}

/** Those that take part in a round, where not all do: drawn by seed and round, in their order. */
export function drawDevices<Device>(
  ready: readonly Device[],
  { devicesPerRound, seed }: RunSettings,
  round: number,
): readonly Device[] {
  if (devicesPerRound === null || ready.length <= devicesPerRound) return ready;
  const places = seededRandom(seed, 'participation', round).shuffle([...ready.keys()]);
  const drawn = new Set(places.slice(0, devicesPerRound));
  return ready.filter((_, place) => drawn.has(place));
}

/** Throws InputError where the strategy finds no plan, or one that could not bring in the updates that the round needs. */
export function planFor(
  ready: readonly ReadyDevice[],
  { strategy, profile, definition: { settings } }: RunResources,
  state: RoundState,
  { global }: RunTensors,
): Plan {
  const devices = drawDevices(ready, settings, state.round);
  const plan = planRound(strategy, settings, { profile, state, devices, global });
  if (plan.devices.length >= settings.minimumUpdates) return plan;
  throw new InputError({
    code: 'plan-too-small',
    expected: `a plan for at least ${settings.minimumUpdates} devices, as minimumUpdates says`,
    got: `one for ${plan.devices.length}${explainExcluded(plan)}`,
    where: `round ${state.round}`,
    todo: 'Let further devices join.',
  });
}

function explainExcluded({ excluded }: Plan): string {
  const [first] = excluded;
  return first === undefined ? '' : `, without ${first.id}: ${first.reason}`;
}
