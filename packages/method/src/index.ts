export { type AdapterSum, addToSum, beginSum, finishSum } from './aggregation/aggregation.ts';
export { type BoundSettings, boundUpdates, leastScale } from './aggregation/bound-updates.ts';
export type {
  BoundedUpdate,
  ChangeScales,
  CountedUpdate,
  ReceivedUpdate,
} from './aggregation/bounded-update.ts';
export { type ChangeNorms, changeNorms } from './aggregation/change-norms.ts';
export { checkUpdate } from './aggregation/check-update.ts';
export { clipUpdate } from './aggregation/clip-update.ts';
export { IMPORTANCE_WEIGHT, readImportance } from './aggregation/importance.ts';
export { addToHistory, extendHistory, scaleNorms } from './aggregation/norm-history.ts';
export { type RoundStarts, roundStarts } from './aggregation/round-starts.ts';
export { startAdapter } from './aggregation/start-adapter.ts';
export type { NormHistory } from './aggregation/voter.ts';
export {
  type Capacity,
  type CapacityEstimator,
  type EstimatorName,
  estimatorNamed,
  MOVING_AVERAGE_WEIGHT,
  type NamedEstimator,
} from './capacity.ts';
export {
  type BottleneckParameters,
  type CompletionTime,
  completionTime,
  countParameters,
  type FactorParameters,
  type ModelProfile,
  memoryBytes,
  type RoundLoad,
  type TrainedPart,
  type Trunk,
} from './cost-model.ts';
export type { Evaluation } from './evaluation.ts';
export type { GlobalState, JsonValue } from './global-state.ts';
export {
  type DevicePlan,
  type ExcludedDevice,
  type Plan,
  waitingTime,
} from './plan.ts';
export { checkPlan } from './planning/check-plan.ts';
export type { Configuration, ConfiguredDevice } from './planning/configuration.ts';
export { type DepthCost, depthCosts, type Exchange, timeDepths } from './planning/depth-costs.ts';
export { configureToFastest } from './planning/fastest-configuration.ts';
export { type FittingDevice, fitDevices } from './planning/fit-devices.ts';
export { configureFully } from './planning/full-configuration.ts';
export { configureGreedily } from './planning/greedy-configuration.ts';
export { mergeExcluded } from './planning/merge-excluded.ts';
export { configureOptimally, type Stragglers } from './planning/optimal-configuration.ts';
export { robustRoundSeconds } from './planning/robust-round-seconds.ts';
export { countTrimmed } from './planning/trim-extremes.ts';
export { configureToTrimmed } from './planning/trimmed-configuration.ts';
export {
  type CustomRanks,
  type ProgressionOptions,
  type RankOptions,
  rankDistribution,
} from './ranks/rank-distribution.ts';
export { type RankSharing, ranksByDepth } from './ranks/ranks-by-depth.ts';
export { truncateRanks } from './ranks/truncate-ranks.ts';
export { believeCapacity } from './round/believe-capacity.ts';
export { type DeviceStanding, treatDevice } from './round/device-standing.ts';
export { type DeviceTable, findEntry } from './round/device-table.ts';
export { pendingEffect } from './round/pending-effect.ts';
export { reduceRound } from './round/reduce-round.ts';
export type * from './round/round-effect.ts';
export type * from './round/round-event.ts';
export type { NeededUpdates, RoundSettings } from './round/round-settings.ts';
export type * from './round/round-state.ts';
export { listUpdates, roundStateFormatVersion } from './round/round-state.ts';
export type { RoundStep } from './round/round-step.ts';
export { startRounds } from './round/start-rounds.ts';
export { upgradeRoundState } from './round/upgrade-round-state.ts';
export type { DeviceContext, RoundContext } from './round-context.ts';
export { assemblePlan } from './strategies/assemble-plan.ts';
export { completePlan, type PlanDecisions } from './strategies/complete-plan.ts';
export { createStrategy, strategyNames } from './strategies/registry.ts';
export type {
  InitialAdapter,
  Strategy,
  StrategyDescription,
} from './strategies/strategy.ts';
export {
  DEFAULT_ALPHA_PER_RANK,
  DEFAULT_RANKS,
  type Deadline,
  type Planner,
  type StrategyOptions,
} from './strategies/strategy-options.ts';
export type { Update } from './update.ts';
