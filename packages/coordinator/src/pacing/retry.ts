import { sleep as realSleep } from '@legend-fl/base';
import { describeError, mayPass } from './may-pass.ts';

/** Between two tries: at first soon, then ever more rarely. */
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 30_000;

export interface RetryOptions {
  readonly signal: AbortSignal;
  readonly onBlocked: (reason: string | null) => void;
  readonly sleep?: typeof realSleep;
}

/**
 * Tries, at least once, until it succeeds. Between two tries `onBlocked` has the reason; then it is told null.
 * @throws what cannot pass (see `mayPass`) at once; the signal's reason where it aborts before a try has succeeded
 */
export async function retry<Result>(
  action: () => Promise<Result>,
  { signal, onBlocked, sleep = realSleep }: RetryOptions,
): Promise<Result> {
  let isBlocked = false;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    try {
      const result = await action();
      if (isBlocked) onBlocked(null);
      return result;
    } catch (error) {
      signal.throwIfAborted();
      if (!mayPass(error)) throw error;
      isBlocked = true;
      onBlocked(describeError(error));
    }
    await sleep(pauseMs, signal);
  }
}
