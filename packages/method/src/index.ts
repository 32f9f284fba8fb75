export { type AdapterSum, addToSum, beginSum, finishSum } from './aggregation.ts';
export {
  type Capacity,
  type CapacityEstimator,
  type EstimatorName,
  estimatorNamed,
  MOVING_AVERAGE_WEIGHT,
  type NamedEstimator,
} from './capacity.ts';
export { checkUpdate } from './check-update.ts';
export {
  type CompletionTime,
  completionTime,
  type ModelProfile,
  memoryBytes,
  messageBytes,
  type RoundLoad,
  type RoundWork,
  type TrainedPart,
  type Trunk,
  timeLoad,
} from './cost-model.ts';
export { type Configuration, type ConfiguredDevice, configureGreedily } from './greedy-configuration.ts';
export { type DevicePlan, type ExcludedDevice, type Plan, waitingTime } from './plan.ts';
export {
  type CustomRanks,
  type ProgressionOptions,
  type RankOptions,
  rankDistribution,
} from './rank-distribution.ts';
export { pendingEffect } from './round/pending-effect.ts';
export { reduceRound } from './round/reduce-round.ts';
export type * from './round/round-effect.ts';
export type * from './round/round-event.ts';
export type { NeededUpdates, RoundSettings } from './round/round-settings.ts';
export type * from './round/round-state.ts';
export { listUpdates, roundStateFormatVersion } from './round/round-state.ts';
export type { RoundStep } from './round/round-step.ts';
export { startRounds } from './round/start-rounds.ts';
export { assemblePlan } from './strategies/assemble-plan.ts';
export { createStrategy, strategyNames } from './strategies/registry.ts';
export { startAdapter } from './strategies/start-adapter.ts';
export type {
  DeviceContext,
  GlobalState,
  InitialRanks,
  JsonValue,
  RoundContext,
  Strategy,
  StrategyDescription,
  Update,
} from './strategies/strategy.ts';
export {
  DEFAULT_ALPHA_PER_RANK,
  DEFAULT_RANKS,
  type StrategyOptions,
} from './strategies/strategy-options.ts';
