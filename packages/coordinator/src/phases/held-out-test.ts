import type { Adapter } from '@legend-fl/adapter';
import type { Score } from '@legend-fl/trainer';
import { TrainerPool } from '@legend-fl/trainer/node';
import type { RunResources } from '../settings/run-resources.ts';

/** Scores adapters on a run's held-out examples, in one worker thread, so that requests are answered meanwhile. */
export class HeldOutTest {
  #pool: TrainerPool | undefined;

  /**
   * @throws InputError where the model cannot be opened; another error where `signal` aborts, after which the worker ends
   * within a step
   */
  async score(
    { base, definition, test }: RunResources,
    adapter: Adapter,
    signal: AbortSignal,
  ): Promise<Score> {
    signal.throwIfAborted();
    if (test === null) throw new Error('there are no held-out examples to evaluate with');
    this.#pool ??= new TrainerPool({
      modelFolder: base.folder,
      classes: definition.classes.length,
      seed: definition.settings.seed,
      threads: 1,
      workers: 1,
    });
    const end = () => void this.close();
    signal.addEventListener('abort', end);
    try {
      return await this.#pool.evaluate(test, adapter);
    } finally {
      signal.removeEventListener('abort', end);
    }
  }

  async close(): Promise<void> {
    const pool = this.#pool;
    this.#pool = undefined;
    await pool?.close();
  }
}
