import { BatchQueue } from '../pacing/batch-queue.ts';
import { retry } from '../pacing/retry.ts';
import type { DueSnapshot } from './run-progress.ts';

export interface SnapshotSaverOptions {
  readonly save: (due: DueSnapshot) => Promise<void>;
  /** Awaited before the next one is saved. */
  readonly onSaved: () => Promise<void>;
  /** Why one cannot be saved at present; null once it is. */
  readonly onBlocked: (reason: string | null) => void;
  /** One can never be saved, nor those after it. */
  readonly onFault: (error: unknown) => void;
}

/**
 * Saves snapshots one after the other, each until it is stored. Meanwhile the run goes on: what a snapshot says is in
 * the log as well.
 */
export class SnapshotSaver {
  readonly #options: SnapshotSaverOptions;
  readonly #due: DueSnapshot[] = [];
  readonly #queue = new BatchQueue<DueSnapshot>((batch) => this.#saveAll(batch));
  readonly #controller = new AbortController();

  constructor(options: SnapshotSaverOptions) {
    this.#options = options;
  }

  add(due: readonly DueSnapshot[]): void {
    this.#due.push(...due);
    this.#queue.add(...due);
  }

  /** Those that are not saved yet. */
  get due(): readonly DueSnapshot[] {
    return this.#due;
  }

  /** Tries no more; what is not saved is made again from the log. */
  async stop(): Promise<void> {
    this.#controller.abort();
    await this.#queue.settled();
  }

  async #saveAll(batch: readonly DueSnapshot[]): Promise<readonly DueSnapshot[]> {
    const { save, onSaved, onBlocked, onFault } = this.#options;
    const { signal } = this.#controller;
    try {
      for (const due of batch) {
        await retry(() => save(due), { signal, onBlocked });
        this.#due.shift();
        await onSaved();
      }
    } catch (error) {
      // After a stop, or a fault, the rest is made again from the log.
      if (!signal.aborted) {
        this.#controller.abort();
        onFault(error);
      }
    }
    return [];
  }
}
