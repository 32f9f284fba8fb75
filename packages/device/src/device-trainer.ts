import type { Adapter, ModelFiles } from '@legend-fl/adapter';
import type { BlockSeconds, LocalTask, OnStep, TextExample } from '@legend-fl/trainer';

/** What a device computes with, wherever it runs: the thread of its caller, a worker, a page. */
export interface DeviceTrainer {
  /** For people, e.g. `cpu, 2 threads`. */
  readonly about: string;
  /** Takes model and examples, which all that follows is about. */
  open(work: DeviceWork): Promise<OpenedWork>;
  /**
   * Seconds of a local step, in a few seconds.
   * @throws InputError `memory-too-small` where training does not fit at any depth
   */
  measure(step: StepToMeasure): Promise<BlockSeconds>;
  /** @param onStep is waited for; what it throws ends the training */
  train(task: LocalTask, onStep: OnStep): Promise<TrainedTask>;
  /**
   * Scores an adapter on some of the examples.
   * @param onBatch is waited for after each batch; what it throws ends the scoring
   */
  score(adapter: Adapter, examples: readonly number[], onBatch: () => Promise<void>): Promise<DeviceScore>;
}

export interface DeviceWork {
  readonly files: ModelFiles;
  readonly classes: number;
  /** Draws a new head. */
  readonly seed: number;
  readonly maxLength: number;
  readonly examples: readonly TextExample[];
}

export interface OpenedWork {
  /** Texts that were cut, and to how many tokens. */
  readonly truncated: number;
  readonly maxLength: number;
}

export interface StepToMeasure {
  readonly batchSize: number;
  readonly targets: readonly string[];
  /** That training may take. */
  readonly memoryBytes: number;
}

export interface TrainedTask {
  /** The trained blocks and the head. */
  readonly adapter: Adapter;
  /** Mean over the steps. */
  readonly loss: number;
  /** Spent executing graphs: pauses and compiling do not count. */
  readonly runtimeSeconds: number;
  /** Examples whose trunk was computed, of those that a trunk cache would have kept; 0 without a cache. */
  readonly trunkMisses: number;
}

export interface DeviceScore {
  readonly examples: number;
  readonly correct: number;
  /** Mean cross-entropy. */
  readonly loss: number;
}
