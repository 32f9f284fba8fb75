import { wholeAdapter } from '@legend-fl/runs';
import type { HeldOutTest } from '../phases/held-out-test.ts';
import type { RunResources } from '../settings/run-resources.ts';
import type { Baseline } from '../store/store.ts';

/** Tries: another evaluation that ends early takes the worker down with it. */
const TRIES = 3;

/** The score of the adapter that a run begins with, so that people see what training gains. Nothing waits for it. */
export class UntrainedScore {
  #value: Baseline | null;
  readonly #controller = new AbortController();
  #scored: Promise<void> = Promise.resolve();

  /** @param stored null where it has not been scored yet */
  constructor(stored: Baseline | null) {
    this.#value = stored;
  }

  /** null while it is not known. */
  get value(): Baseline | null {
    return this.#value;
  }

  /**
   * Scores the adapter unless that is done already.
   * @param store keeps the score
   * @param onScored is called once the score is stored and counts
   * @param onFault has what went wrong again and again
   */
  start(
    test: HeldOutTest,
    resources: () => Promise<RunResources>,
    store: (score: Baseline) => Promise<unknown>,
    onScored: () => void,
    onFault: (error: unknown) => void,
  ): void {
    if (this.#value !== null) return;
    const { signal } = this.#controller;
    this.#scored = (async () => {
      const score = await scoreUntrained(test, resources, signal);
      if (score === undefined) return;
      await store(score);
      this.#value = score;
      onScored();
    })().catch(onFault);
  }

  /** Gives up what has not been scored. */
  async stop(): Promise<void> {
    this.#controller.abort();
    await this.#scored;
  }
}

/** @returns undefined where `signal` aborts first */
async function scoreUntrained(
  test: HeldOutTest,
  resources: () => Promise<RunResources>,
  signal: AbortSignal,
): Promise<Baseline | undefined> {
  for (let tries = 1; ; tries++) {
    try {
      const opened = await resources();
      const { accuracy, loss } = await test.score(opened, wholeAdapter(opened.initial.global), signal);
      return { accuracy, loss };
    } catch (error) {
      if (signal.aborted) return undefined;
      if (tries === TRIES) throw error;
    }
  }
}
