import { requireDefined } from '@legend-fl/base';
import { drawParticipants } from '@legend-fl/runs';
import { type DeviceRound, deviceCapacities } from '../fleet/device-capacities.ts';
import { type AttackKind, drawAttackers } from './attack.ts';
import type { Setting } from './simulation.ts';

/** A device of the fleet in one round, with the examples that it holds. */
export interface SimulatedDevice extends DeviceRound {
  readonly examples: readonly number[];
  /** How it lies; null for an honest device. */
  readonly attack: AttackKind | null;
}

/** The devices that a round calls: the experiment's share of those that are there, rounded up. */
export function drawRoundDevices(
  { fleet, experiment, work, shares }: Setting,
  round: number,
): readonly SimulatedDevice[] {
  const { devices, seed, participation, attack = null } = experiment;
  const attackers = drawAttackers(attack, devices, seed);
  const present = deviceCapacities(fleet, { devices, round, seed, work })
    .map((device, place) => ({
      ...device,
      examples: requireDefined(shares[place], `share of the examples for device ${device.id}`),
      attack: attackers.has(place) && attack !== null ? attack.kind : null,
    }))
    .filter(({ available }) => available);
  return drawParticipants(present, { count: Math.ceil(participation * present.length), seed, round });
}
