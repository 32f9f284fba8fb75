/** As good as forever, within what a timer can wait. */
export const LONG_MS = 2 ** 31 - 1;

/** Answers that are made before other requests get their turn: some ten milliseconds. */
const AT_ONCE = 32;

/** Polls that wait for something to come up for their device. */
export class WaitingPolls {
  readonly #waiting = new Set<() => void>();

  get size(): number {
    return this.#waiting.size;
  }

  /** Resolves when woken, after `waitMs`, or when `signal` aborts. Its timer keeps no process alive. */
  wait(waitMs: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted || waitMs <= 0) return Promise.resolve();
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        this.#waiting.delete(end);
        resolve();
      };
      const timer = setTimeout(end, waitMs).unref();
      signal.addEventListener('abort', end);
      this.#waiting.add(end);
    });
  }

  /** All polls look again whether there is something for them: some now, the others soon. */
  wake(): void {
    wakeInTurn([...this.#waiting]);
  }
}

function wakeInTurn(ends: (() => void)[]): void {
  for (const end of ends.splice(0, AT_ONCE)) end();
  if (ends.length > 0) setImmediate(wakeInTurn, ends);
}
