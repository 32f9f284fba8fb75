import type { FinishReason } from '@legend-fl/method';
import type { RoundRecord, StrategySummary } from '@legend-fl/runs';
import type { TrunkCacheCounts } from '@legend-fl/trainer';
import type { TrunkCacheStatus } from '@legend-fl/trainer/node';

/** What happens while an experiment runs, for whoever shows it. */
export type ExperimentEvent =
  /** So many texts, training and test together, are longer than `maxLength` tokens. */
  | { readonly type: 'texts-cut'; readonly texts: number; readonly maxLength: number }
  /** The rounds done, or the strategy's whole run, are of another content of its file. */
  | { readonly type: 'strategy-changed'; readonly strategy: string; readonly path: string }
  /** A folder for hidden states was given, and no strategy has a trunk cache. */
  | { readonly type: 'trunk-disk-unused'; readonly folder: string }
  /** Something happened to the folder for hidden states; the run goes on. */
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
      /** Mean share of this process's time that each worker spent inside the runtime. */
      readonly workerShare: number;
      /** Where the hidden states of the devices' trunks came from on this machine. */
      readonly trunkCounts: TrunkCacheCounts;
      readonly summary: StrategySummary;
    };
