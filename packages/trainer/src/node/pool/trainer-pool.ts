import '../disable-telemetry.ts';
import type { Adapter } from '@legend-fl/adapter';
import { InputError } from '@legend-fl/base';
import { Piscina } from 'piscina';
import { chunk } from '../../batches/plan-batches.ts';
import { exampleCount, type TokenizedDataset, tokenCount } from '../../batches/tokenized-dataset.ts';
import { type Score, scoreLogits } from '../../evaluate.ts';
import type { LocalResult, LocalTask } from '../../train-locally.ts';
import { addCounts, noCounts, type TrunkCacheCounts } from '../../trunk/trunk-cache.ts';
import { DiskUsage } from '../trunk/disk-usage.ts';
import type { TrunkCacheStatus } from '../trunk/trunk-folder.ts';
import type { LogitsResult, WorkerAnswer, WorkerSettings, WorkerTask } from './worker.ts';

/** Examples per part of an evaluation; fixed, so that batches and thus bits do not depend on the number of workers. */
const PART_EXAMPLES = 128;

export interface PoolSettings extends Omit<WorkerSettings, 'stop' | 'diskUsage'> {
  readonly workers: number;
  /** When it aborts, workers stop after their present step, and what they were asked rejects with its reason. */
  readonly signal?: AbortSignal;
  /** Called with what happens to the workers' trunk caches, once for each kind of event. */
  readonly onTrunkCacheStatus?: (status: TrunkCacheStatus) => void;
}

/** Worker threads, each with the model loaded, that train and evaluate in parallel. Results do not depend on their number. */
export class TrainerPool {
  readonly #pool: Piscina<WorkerTask, WorkerAnswer>;
  readonly #workers: number;
  readonly #classes: number;
  readonly #signal: AbortSignal | undefined;
  readonly #stopFlag = new Int32Array(new SharedArrayBuffer(4));
  readonly #stop = (): void => {
    Atomics.store(this.#stopFlag, 0, 1);
  };
  /** What the workers are doing and have been asked to do; these never reject. */
  readonly #running = new Set<Promise<void>>();
  readonly #onStatus: (status: TrunkCacheStatus) => void;
  readonly #reportedKinds = new Set<TrunkCacheStatus['kind']>();
  #runtimeSeconds = 0;
  #trunkCounts = noCounts;

  constructor({ workers, signal, onTrunkCacheStatus = () => {}, ...settings }: PoolSettings) {
    this.#onStatus = onTrunkCacheStatus;
    this.#signal = signal;
    signal?.addEventListener('abort', this.#stop);
    this.#workers = workers;
    this.#classes = settings.classes;
    this.#pool = new Piscina({
      filename: new URL('./worker.ts', import.meta.url).href,
      minThreads: workers,
      maxThreads: workers,
      workerData: {
        ...settings,
        stop: this.#stopFlag,
        diskUsage: new DiskUsage().cells,
      } satisfies WorkerSettings,
    });
  }

  get workers(): number {
    return this.#workers;
  }

  /** Seconds that all workers together have spent inside the runtime. */
  get runtimeSeconds(): number {
    return this.#runtimeSeconds;
  }

  /** Where the hidden states of all workers' trunks came from. */
  get trunkCounts(): TrunkCacheCounts {
    return this.#trunkCounts;
  }

  /** Trains one device's share on the next free worker. */
  async train(dataset: TokenizedDataset, task: LocalTask): Promise<LocalResult> {
    const result = (await this.#run({ kind: 'train', dataset, task })) as LocalResult;
    this.#runtimeSeconds += result.runtimeSeconds;
    this.#trunkCounts = addCounts(this.#trunkCounts, result.trunkCounts);
    return result;
  }

  /** Logits of every example, [examples, classes] in the data's order. */
  async logits(dataset: TokenizedDataset, adapter: Adapter): Promise<Float32Array> {
    const logits = new Float32Array(exampleCount(dataset) * this.#classes);
    const byLength = [...dataset.labels.keys()].sort(
      (a, b) => tokenCount(dataset, b) - tokenCount(dataset, a),
    );
    const parts = chunk(byLength, PART_EXAMPLES);
    await Promise.all(
      parts.map(async (examples) => {
        const task: WorkerTask = { kind: 'logits', dataset, adapter, examples };
        const result = (await this.#run(task)) as LogitsResult;
        this.#runtimeSeconds += result.runtimeSeconds;
        for (const [row, example] of examples.entries()) {
          const values = result.logits.subarray(row * this.#classes, (row + 1) * this.#classes);
          logits.set(values, example * this.#classes);
        }
      }),
    );
    return logits;
  }

  async evaluate(dataset: TokenizedDataset, adapter: Adapter): Promise<Score> {
    return scoreLogits(await this.logits(dataset, adapter), dataset.labels, this.#classes);
  }

  /**
   * Stops all workers, each after its present step: a worker that is terminated while it is inside ONNX Runtime takes
   * the whole process down.
   */
  async close(): Promise<void> {
    this.#stop();
    this.#signal?.removeEventListener('abort', this.#stop);
    await Promise.all(this.#running);
    await this.#pool.destroy();
  }

  async #run(task: WorkerTask): Promise<LocalResult | LogitsResult> {
    this.#signal?.throwIfAborted();
    const running = this.#pool.run(task);
    const settled = running.then(
      () => {},
      () => {},
    );
    this.#running.add(settled);
    const answer = await running.finally(() => this.#running.delete(settled));
    switch (answer.kind) {
      case 'done':
        for (const status of answer.statuses) this.#report(status);
        return answer.result;
      case 'bad-input':
        throw new InputError(answer.problem);
      case 'stopped':
        this.#signal?.throwIfAborted();
        throw new Error('the pool was closed while it had work to do');
    }
  }

  #report(status: TrunkCacheStatus): void {
    if (this.#reportedKinds.has(status.kind)) return;
    this.#reportedKinds.add(status.kind);
    this.#onStatus(status);
  }
}
