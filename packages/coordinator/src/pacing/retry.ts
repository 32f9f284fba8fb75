/** Seconds between two tries: at first soon, then ever more rarely. */
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 30_000;

/**
 * Tries, at least once, until it succeeds. Between two tries `onHold` has the reason; then it is told null.
 * @throws the signal's reason, where it aborts before a try has succeeded
 */
export async function persist<Result>(
  action: () => Promise<Result>,
  { signal, onHold }: { readonly signal: AbortSignal; readonly onHold: (reason: string | null) => void },
): Promise<Result> {
  let held = false;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    try {
      const result = await action();
      if (held) onHold(null);
      return result;
    } catch (error) {
      signal.throwIfAborted();
      held = true;
      onHold(error instanceof Error ? error.message : String(error));
      await pauseFor(pause, signal);
      signal.throwIfAborted();
    }
  }
}

/** Resolves after so many milliseconds or when `signal` aborts. Keeps no process alive. */
export function pauseFor(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms).unref();
    if (signal.aborted) end();
    else signal.addEventListener('abort', end);
  });
}
