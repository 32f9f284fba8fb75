import type { FinishReason } from '@legend-fl/method';
import type { RoundRecord, StrategySummary } from '@legend-fl/runs';
import type { TrunkCacheCounts } from '@legend-fl/trainer';
import type { TrunkCacheStatus } from '@legend-fl/trainer/node';

/** Events of a running experiment, for displays. */
export type ExperimentEvent =
  /** Texts, training and test together, that are longer than `maxLength` tokens. */
  | { readonly type: 'texts-cut'; readonly texts: number; readonly maxLength: number }
  /** The strategy's file has changed since its earlier rounds or its whole run. */
  | { readonly type: 'strategy-changed'; readonly strategy: string; readonly path: string }
  /** A folder for hidden states was given, and no strategy has a trunk cache. */
  | { readonly type: 'trunk-disk-unused'; readonly folder: string }
  /** The folder for hidden states can no longer be written; the run continues. */
  | { readonly type: 'trunk-cache-status'; readonly status: TrunkCacheStatus }
  | { readonly type: 'strategy-started'; readonly strategy: string; readonly roundsDone: number }
  | {
      readonly type: 'device-trained';
      readonly strategy: string;
      readonly round: number;
      readonly done: number;
      readonly devices: number;
    }
  | { readonly type: 'round-finished'; readonly strategy: string; readonly record: RoundRecord }
  | {
      readonly type: 'strategy-finished';
      readonly strategy: string;
      readonly reason: FinishReason;
      /** Mean share of the time that each worker spent inside the runtime. */
      readonly workerShare: number;
      /** How many hidden states of the trunks came from memory and disk of this machine, and how many were computed. */
      readonly trunkCounts: TrunkCacheCounts;
      readonly summary: StrategySummary;
    };
