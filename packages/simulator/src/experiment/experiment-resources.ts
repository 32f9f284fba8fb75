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

/** The resources of this machine that an experiment runs with. */
export interface ExperimentResources {
  readonly modelId: string;
  /** The base model's name in the adapters. */
  readonly pretrainedName: string;
  readonly modelFolder: string;
  /** Of its weights. */
  readonly modelSha256: string;
  readonly data: ExperimentData;
  /** Run folder. */
  readonly out: string;
  /** Resumes the run in `out` instead of starting one. */
  readonly resume: boolean;
  readonly workers: number;
  /**
   * A folder in which the workers also keep the hidden states of strategies with a trunk cache, for later runs too. It changes
   * only how long the host takes.
   */
  readonly trunkDisk?: TrunkDisk | undefined;
  /**
   * Renders `report.html` after every strategy; if left out, there is no report.
   * @param out run folder, with the rounds of all strategies that `summary` lists
   */
  readonly renderReport?: ((out: string, summary: Summary) => Promise<string>) | undefined;
  readonly onEvent: (event: ExperimentEvent) => void;
  readonly signal: AbortSignal;
}
