import type { Summary } from '@legend-fl/runs';
import type { TextExample } from '@legend-fl/trainer';
import type { TrunkDisk } from '@legend-fl/trainer/node';
import type { ExperimentEvent } from './experiment-event.ts';

/** Labelled examples for training and testing, with the names of their classes. */
export interface ExperimentData {
  readonly id: string;
  readonly classes: readonly string[];
  readonly train: readonly (TextExample & { readonly key?: string | undefined })[];
  readonly test: readonly TextExample[];
}

/** What an experiment runs with, on this machine. */
export interface ExperimentResources {
  readonly modelId: string;
  /** What the adapters name as their base. */
  readonly pretrainedName: string;
  readonly modelFolder: string;
  /** Of its weights. */
  readonly modelSha256: string;
  readonly data: ExperimentData;
  /** Run folder. */
  readonly out: string;
  /** Goes on with the run in `out` instead of beginning one. */
  readonly resume: boolean;
  readonly workers: number;
  /**
   * Where the workers keep the hidden states of strategies with a trunk cache, for later runs too, besides their memory.
   * Decides only how long the host takes.
   */
  readonly trunkDisk?: TrunkDisk | undefined;
  /**
   * Makes the page that the run folder gets as `report.html` after every strategy; without it there is none.
   * @param out run folder, with the rounds of all strategies that `summary` lists
   */
  readonly renderReport?: ((out: string, summary: Summary) => Promise<string>) | undefined;
  readonly onEvent: (event: ExperimentEvent) => void;
  readonly signal: AbortSignal;
}
