export { padTokens } from './batches/pad-tokens.ts';
export { trainingBatches } from './batches/plan-batches.ts';
export {
  longestTokens,
  meanTokens,
  type TextExample,
  type TokenizedDataset,
  tokenCount,
  tokenizeExamples,
} from './batches/tokenized-dataset.ts';
export { Engine } from './engine.ts';
export { computeLogits, type Score, scoreLogits } from './evaluate.ts';
export { type FineTuned, type FineTuning, fineTune } from './fine-tune.ts';
export type { LearningRateSchedule } from './learning-rate.ts';
export { type BlockSeconds, measureBlocks } from './measure-blocks.ts';
export { type MeasuredCapacity, measureCapacity } from './measure-capacity.ts';
export type { MergedWeights } from './merged-weights.ts';
export type { UpdateRule } from './programs/program.ts';
export type { Runtime } from './runtime/runtime.ts';
export { type StepShape, type Timed, timedProduct, timedStep } from './timed-step.ts';
export { type LocalResult, type LocalTask, type OnStep, trainLocally } from './train-locally.ts';
export type { ElementType } from './trunk/kept-states.ts';
export {
  subtractCounts,
  TrunkCache,
  type TrunkCacheCounts,
  type TrunkCacheSettings,
} from './trunk/trunk-cache.ts';
