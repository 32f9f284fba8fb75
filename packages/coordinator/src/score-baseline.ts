import { wholeAdapter } from '@legend-fl/runs';
import type { HeldOutTest } from './held-out-test.ts';
import type { RunResources } from './run-resources.ts';
import type { Baseline } from './store/store.ts';

/** Tries: another evaluation that ends early takes the worker down with it. */
const TRIES = 3;

/**
 * Scores the adapter that a run begins with, so that people see what training has gained. Nothing waits for it.
 * @returns undefined where `signal` aborts first
 * @throws what scoring threw again and again
 */
export async function scoreBaseline(
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
