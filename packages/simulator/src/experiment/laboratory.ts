import type { ModelProfile, NamedEstimator } from '@legend/method';
import type { TokenizedDataset, TrainerPool } from '@legend/trainer';
import { type BlockWork, type DeviceRound, deviceCapacities } from '../fleet/device-capacities.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { ExperimentEvent } from './experiment-event.ts';
import type { SettledExperiment } from './settle-devices.ts';

/** What all strategies of an experiment share, before anything runs. */
export interface Setting {
  readonly experiment: SettledExperiment;
  readonly fleet: Fleet;
  readonly profile: ModelProfile;
  readonly work: BlockWork;
  readonly train: TokenizedDataset;
  readonly test: TokenizedDataset;
  /** Indices of each device's training examples, by its place in the fleet. */
  readonly shares: readonly (readonly number[])[];
  readonly estimator: NamedEstimator;
}

/** The setting, and what strategies run with. */
export interface Laboratory extends Setting {
  readonly pool: TrainerPool;
  readonly onEvent: (event: ExperimentEvent) => void;
  readonly signal: AbortSignal;
}

/** A device of the fleet in one round, with the examples it holds. */
export interface SimulatedDevice extends DeviceRound {
  readonly examples: readonly number[];
}

/** The devices that are there in a round. */
export function presentDevices(
  { fleet, experiment, work, shares }: Setting,
  round: number,
): SimulatedDevice[] {
  const { devices, seed } = experiment;
  return deviceCapacities(fleet, { devices, round, seed, work })
    .map((device, place) => ({ ...device, examples: shares[place] ?? [] }))
    .filter(({ available }) => available);
}
