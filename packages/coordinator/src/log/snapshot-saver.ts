import { persist } from '../pacing/retry.ts';
import type { DueSnapshot } from './run-progress.ts';

export interface SnapshotSaverOptions {
  readonly save: (due: DueSnapshot) => Promise<void>;
  /** Awaited before the next one is saved. */
  readonly onSaved: () => Promise<void>;
  readonly onHold: (reason: string | null) => void;
}

/**
 * Saves snapshots one after the other, each until it is stored. Meanwhile the run goes on: what a snapshot says is in
 * the log as well.
 */
export class SnapshotSaver {
  readonly #options: SnapshotSaverOptions;
  readonly #due: DueSnapshot[] = [];
  readonly #controller = new AbortController();
  #saving: Promise<void> | undefined;

  constructor(options: SnapshotSaverOptions) {
    this.#options = options;
  }

  add(due: readonly DueSnapshot[]): void {
    this.#due.push(...due);
    if (this.#due.length > 0) this.#saving ??= this.#saveAll();
  }

  /** Those that are not saved yet. */
  get due(): readonly DueSnapshot[] {
    return this.#due;
  }

  /** Tries no more; what is not saved is made again from the log. */
  async stop(): Promise<void> {
    this.#controller.abort();
    await this.#saving;
  }

  async #saveAll(): Promise<void> {
    const { save, onSaved, onHold } = this.#options;
    const { signal } = this.#controller;
    for (let [due] = this.#due; due; [due] = this.#due) {
      const next = due;
      const saved = await persist(() => save(next), { signal, onHold }).then(
        () => true,
        () => false,
      );
      if (!saved) break;
      this.#due.shift();
      await onSaved();
    }
    this.#saving = undefined;
  }
}
