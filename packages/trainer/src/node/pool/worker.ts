import type { Adapter } from '@legend-fl/adapter';
import { folderFiles } from '@legend-fl/adapter/node';
import { InputError, type InputProblem } from '@legend-fl/base';
import { openModel } from '@legend-fl/models';
import { workerData } from 'piscina';
import type { TokenizedDataset } from '../../batches/tokenized-dataset.ts';
import { Engine } from '../../engine.ts';
import { computeLogits } from '../../evaluate.ts';
import { type LocalResult, type LocalTask, trainLocally } from '../../train-locally.ts';
import { TrunkCache } from '../../trunk/trunk-cache.ts';
import { nodeRuntime } from '../node-runtime.ts';
import { DiskUsage } from '../trunk/disk-usage.ts';
import { type TrunkCacheStatus, type TrunkDisk, TrunkFolder } from '../trunk/trunk-folder.ts';

/** What a worker is started with. */
export interface WorkerSettings {
  readonly modelFolder: string;
  readonly classes: number;
  readonly seed: number;
  readonly threads: number;
  /** Of each worker's trunk cache; the folder and its budget are shared by all. */
  readonly trunkCache?:
    | { readonly memoryBytes?: number | undefined; readonly disk?: TrunkDisk | undefined }
    | undefined;
  /** Shared memory of the folder's `DiskUsage`. */
  readonly diskUsage: BigInt64Array;
  /** Shared memory; 1 at index 0 asks the worker to stop after its present step. */
  readonly stop: Int32Array;
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

/** What it answers. Errors lose their class between threads, so bad input travels as a value. */
export type WorkerAnswer =
  | {
      readonly kind: 'done';
      readonly result: LocalResult | LogitsResult;
      readonly statuses: readonly TrunkCacheStatus[];
    }
  | { readonly kind: 'bad-input'; readonly problem: InputProblem }
  | { readonly kind: 'stopped' };

/** Ends a task between two steps. */
class StopRequest extends Error {
  override readonly name = 'StopRequest';
}

let engine: Promise<Engine> | undefined;
/** Not reported yet. */
const statuses: TrunkCacheStatus[] = [];

/** Does one task of the pool; the first one opens the model. */
export default async function answer(task: WorkerTask): Promise<WorkerAnswer> {
  try {
    stopIfAsked();
    engine ??= openEngine(workerData as WorkerSettings);
    const result = await perform(await engine, task);
    return { kind: 'done', result, statuses: statuses.splice(0) };
  } catch (error) {
    if (error instanceof StopRequest) return { kind: 'stopped' };
    if (!(error instanceof InputError)) throw error;
    return { kind: 'bad-input', problem: { ...error.problem, cause: undefined } };
  }
}

async function perform(engine: Engine, task: WorkerTask): Promise<LocalResult | LogitsResult> {
  switch (task.kind) {
    case 'train':
      return trainLocally(engine, task.dataset, task.task, stopIfAsked);
    case 'logits': {
      const before = engine.runtimeSeconds;
      const logits = await computeLogits(engine, task.dataset, task.adapter, task.examples);
      return { logits, runtimeSeconds: engine.runtimeSeconds - before };
    }
  }
}

function stopIfAsked(): void {
  const { stop } = workerData as WorkerSettings;
  if (Atomics.load(stop, 0) === 1) throw new StopRequest();
}

async function openEngine(settings: WorkerSettings): Promise<Engine> {
  const { modelFolder, classes, seed, threads, trunkCache, diskUsage } = settings;
  const model = await openModel(folderFiles(modelFolder), { classes, seed });
  const note = (status: TrunkCacheStatus) => statuses.push(status);
  const { memoryBytes, disk } = trunkCache ?? {};
  const store = disk && new TrunkFolder(disk, note, new DiskUsage(diskUsage));
  const cache = new TrunkCache({ memoryBytes, store });
  return new Engine(model, nodeRuntime({ threads }), cache);
}
