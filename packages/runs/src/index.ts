export { createInitialAdapter } from './create-initial-adapter.ts';
export { drawParticipants } from './draw-participants.ts';
export { type FittedStrategy, fitStrategy } from './fit-strategy.ts';
export { checkScore, wholeAdapter } from './evaluated-adapter.ts';
export {
  decodeGlobalState,
  encodeGlobalState,
  type GlobalText,
  globalStateOf,
  globalTextKeys,
  putGlobalState,
} from './global-state.ts';
export { localTask, type TaskOccasion, type TaskSettings } from './local-task.ts';
export { type MakeStart, shareStarts } from './messages/share-starts.ts';
export {
  decodeStart,
  decodeWholeStart,
  encodeStart,
  encodeWholeStart,
  type Start,
} from './messages/start-message.ts';
export { decodeTrained, encodeTrained } from './messages/trained-message.ts';
export { readMetadata, writeMetadata } from './metadata-text.ts';
export { modelProfile, type StepShape } from './model-profile.ts';
export { type PlanSettings, planRound, type RoundToPlan } from './plan-round.ts';
export { type DeviceRecord, type RoundRecord, roundRecordSchema } from './round-record.ts';
export { type BoundsSettings, boundsSchema } from './settings/bound-settings.ts';
export { type CodecSettings, codecSchema } from './settings/codec-settings.ts';
export { type LocalSettings, localKeys, localSchema } from './settings/local-settings.ts';
export {
  type MethodSettings,
  methodKeys,
  methodSchema,
  strategyOptions,
} from './settings/method-settings.ts';
export { withoutRemovedOptions } from './settings/removed-options.ts';
export {
  isTrunkDue,
  type TrunkCacheRule,
  type TrunkSettings,
  trunkCacheSchema,
  trunkSchema,
} from './settings/trunk-settings.ts';
export {
  type AdapterText,
  adapterOf,
  adapterTextSchema,
  partOf,
  putAdapter,
  putPart,
} from './tensor-parts.ts';
export { withTrunk } from './with-trunk.ts';
export { partitionRuleSchema, type PartitionRule } from './settings/partition-rule.ts';
export { figuresOf, summarizeStrategy, type RoundFigures } from './summary/summarize-strategy.ts';
export { type RealRun, summarizeRealRun } from './summary/summarize-real-run.ts';
export { type Host, isRealRun, type StrategySummary, type Summary } from './summary/summary.ts';
