import { seededRandom } from '@legend-fl/base';
import type { ModelProfile, NamedEstimator } from '@legend-fl/method';
import type { TokenizedDataset } from '@legend-fl/trainer';
import type { TrainerPool } from '@legend-fl/trainer/node';
import { type BlockWork, type DeviceRound, deviceCapacities } from '../fleet/device-capacities.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { StrategyFile } from '../strategy-file/strategy-file.ts';
import { type AttackKind, drawAttackers } from './attack.ts';
import type { ExperimentEvent } from './experiment-event.ts';
import type { SettledExperiment } from './settle-devices.ts';

/** What one strategy of an experiment runs under; the fleet and the data are the same for all of them. */
export interface Setting {
  /** What the strategy is called in results. */
  readonly name: string;
  /** null for one of ours. */
  readonly strategyFile: StrategyFile | null;
  readonly experiment: SettledExperiment;
  readonly fleet: Fleet;
  readonly profile: ModelProfile;
  readonly work: BlockWork;
  /** Width of the hidden states that a trunk cache holds. */
  readonly hidden: number;
  readonly train: TokenizedDataset;
  readonly test: TokenizedDataset;
  /** Indices of each device's training examples, by its place in the fleet. */
  readonly shares: readonly (readonly number[])[];
  readonly estimator: NamedEstimator;
}

/** What trains and evaluates: the pool of workers. */
export type FleetTrainer = Pick<TrainerPool, 'workers' | 'train' | 'evaluate'>;

/** The setting, and what a strategy runs with. */
export interface Laboratory extends Setting {
  readonly trainer: FleetTrainer;
  readonly onEvent: (event: ExperimentEvent) => void;
  readonly signal: AbortSignal;
}

/** A device of the fleet in one round, with the examples it holds. */
export interface SimulatedDevice extends DeviceRound {
  readonly examples: readonly number[];
  /** How it lies; null of an honest one. */
  readonly attack: AttackKind | null;
}

/**
 * The devices of a round: of those that are there, the share C that the experiment calls for, drawn anew every round
 * (McMahan et al., arXiv 1602.05629), rounded up.
 */
export function presentDevices(
  { fleet, experiment, work, shares }: Setting,
  round: number,
): SimulatedDevice[] {
  const { devices, seed, participation, attack = null } = experiment;
  const attackers = drawAttackers(attack, devices, seed);
  const present = deviceCapacities(fleet, { devices, round, seed, work })
    .map((device, place) => ({
      ...device,
      examples: shares[place] ?? [],
      attack: attackers.has(place) && attack !== null ? attack.kind : null,
    }))
    .filter(({ available }) => available);
  if (participation === 1) return present;
  const drawn = seededRandom(seed, 'participation', round).shuffle(present.map(({ id }) => id));
  const called = new Set(drawn.slice(0, Math.ceil(participation * present.length)));
  return present.filter(({ id }) => called.has(id));
}
