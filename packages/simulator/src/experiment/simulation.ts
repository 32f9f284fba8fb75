import type { ModelProfile, NamedEstimator } from '@legend-fl/method';
import type { TokenizedDataset } from '@legend-fl/trainer';
import type { TrainerPool } from '@legend-fl/trainer/node';
import type { BlockWork } from '../fleet/device-capacities.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { StrategyFile } from '../strategy-file/strategy-file.ts';
import type { ExperimentEvent } from './experiment-event.ts';
import type { SettledExperiment } from './settle-devices.ts';

/** The conditions of one strategy's run; fleet and data are the same for all strategies of an experiment. */
export interface Setting {
  /** The strategy's name in results. */
  readonly name: string;
  /** null: a built-in strategy. */
  readonly strategyFile: StrategyFile | null;
  readonly experiment: SettledExperiment;
  readonly fleet: Fleet;
  readonly profile: ModelProfile;
  readonly work: BlockWork;
  /** Width of the hidden states that a trunk cache holds. */
  readonly hidden: number;
  readonly train: TokenizedDataset;
  readonly test: TokenizedDataset;
  /** Indices of each device's training examples, by the device's place in the fleet. */
  readonly shares: readonly (readonly number[])[];
  readonly estimator: NamedEstimator;
}

/** Trains and evaluates for all devices: the pool of workers. */
export type FleetTrainer = Pick<TrainerPool, 'workers' | 'train' | 'evaluate'>;

/** One strategy's run: its setting, its trainer, and who watches and stops it. */
export interface Simulation extends Setting {
  readonly trainer: FleetTrainer;
  readonly onEvent: (event: ExperimentEvent) => void;
  readonly signal: AbortSignal;
}
