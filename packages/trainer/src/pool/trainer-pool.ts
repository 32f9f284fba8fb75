import type { Adapter } from '@legend/adapter';
import { InputError } from '@legend/base';
import { Piscina } from 'piscina';
import { chunk } from '../batches/plan-batches.ts';
import { exampleCount, type TokenizedDataset, tokenCount } from '../batches/tokenized-dataset.ts';
import { type Score, scoreLogits } from '../evaluate.ts';
import type { LocalResult, LocalTask } from '../train-locally.ts';
import type { LogitsResult, WorkerAnswer, WorkerSettings, WorkerTask } from './worker.ts';

/** Examples per part of an evaluation; fixed, so that batches and thus bits do not depend on the number of workers. */
const PART_EXAMPLES = 128;

export interface PoolSettings extends WorkerSettings {
  readonly workers: number;
}

/** Worker threads, each with the model loaded, that train and evaluate in parallel. Results do not depend on their number. */
export class TrainerPool {
  readonly #pool: Piscina<WorkerTask, WorkerAnswer>;
  readonly #workers: number;
  readonly #classes: number;
  #runtimeSeconds = 0;

  constructor({ workers, ...settings }: PoolSettings) {
    this.#workers = workers;
    this.#classes = settings.classes;
    this.#pool = new Piscina({
      filename: new URL('./worker.ts', import.meta.url).href,
      minThreads: workers,
      maxThreads: workers,
      workerData: settings,
    });
  }

  get workers(): number {
    return this.#workers;
  }

  /** Seconds that all workers together have spent inside the runtime. */
  get runtimeSeconds(): number {
    return this.#runtimeSeconds;
  }

  /** Trains one device's share on the next free worker. */
  async train(dataset: TokenizedDataset, task: LocalTask, signal?: AbortSignal): Promise<LocalResult> {
    const result = (await this.#run({ kind: 'train', dataset, task }, signal)) as LocalResult;
    this.#runtimeSeconds += result.runtimeSeconds;
    return result;
  }

  /** Logits of every example, [examples, classes] in the data's order. */
  async logits(dataset: TokenizedDataset, adapter: Adapter, signal?: AbortSignal): Promise<Float32Array> {
    const logits = new Float32Array(exampleCount(dataset) * this.#classes);
    const byLength = [...dataset.labels.keys()].sort(
      (a, b) => tokenCount(dataset, b) - tokenCount(dataset, a),
    );
    const parts = chunk(byLength, PART_EXAMPLES);
    await Promise.all(
      parts.map(async (examples) => {
        const task: WorkerTask = { kind: 'logits', dataset, adapter, examples };
        const result = (await this.#run(task, signal)) as LogitsResult;
        this.#runtimeSeconds += result.runtimeSeconds;
        for (const [row, example] of examples.entries()) {
          const values = result.logits.subarray(row * this.#classes, (row + 1) * this.#classes);
          logits.set(values, example * this.#classes);
        }
      }),
    );
    return logits;
  }

  async evaluate(dataset: TokenizedDataset, adapter: Adapter, signal?: AbortSignal): Promise<Score> {
    return scoreLogits(await this.logits(dataset, adapter, signal), dataset.labels, this.#classes);
  }

  /** Stops all workers, whatever they are doing. */
  async close(): Promise<void> {
    await this.#pool.destroy();
  }

  async #run(task: WorkerTask, signal?: AbortSignal): Promise<LocalResult | LogitsResult> {
    const answer = await this.#pool.run(task, signal ? { signal } : {});
    if (answer.kind === 'bad-input') throw new InputError(answer.problem);
    return answer.result;
  }
}
