import type { Adapter } from '@legend/adapter';
import { type Model, openModel } from '@legend/models';
import { workerData } from 'piscina';
import type { TokenizedDataset } from '../batches/tokenized-dataset.ts';
import { Engine } from '../engine.ts';
import { computeLogits } from '../evaluate.ts';
import { nodeRuntime } from '../runtime/node-runtime.ts';
import { type LocalResult, type LocalTask, trainLocally } from '../train-locally.ts';

/** What a worker is started with. */
export interface WorkerSettings {
  readonly modelFolder: string;
  readonly classes: number;
  readonly seed: number;
  readonly threads: number;
}

/** What a worker is asked. The dataset lies in shared memory. */
export type WorkerTask =
  | { readonly kind: 'train'; readonly dataset: TokenizedDataset; readonly task: LocalTask }
  | {
      readonly kind: 'logits';
      readonly dataset: TokenizedDataset;
      readonly adapter: Adapter;
      readonly examples: readonly number[];
    };

export interface LogitsResult {
  readonly logits: Float32Array;
  readonly runtimeSeconds: number;
}

let engine: Promise<Engine> | undefined;

/** One task of the pool; the first one opens the model. */
export default async function work(task: WorkerTask): Promise<LocalResult | LogitsResult> {
  engine ??= openEngine(workerData as WorkerSettings);
  const opened = await engine;
  switch (task.kind) {
    case 'train':
      return trainLocally(opened, task.dataset, task.task);
    case 'logits': {
      const before = opened.runtimeSeconds;
      const logits = await computeLogits(opened, task.dataset, task.adapter, task.examples);
      return { logits, runtimeSeconds: opened.runtimeSeconds - before };
    }
  }
}

async function openEngine({ modelFolder, classes, seed, threads }: WorkerSettings): Promise<Engine> {
  const model: Model = await openModel(modelFolder, { classes, seed });
  return new Engine(model, nodeRuntime({ threads }));
}
