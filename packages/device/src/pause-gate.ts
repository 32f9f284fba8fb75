/** Tells a device when to rest: the machine is needed for something else, or a person wants it. */
export interface PauseGate {
  /** Why to rest now, for people; null to go on. Asked between steps. */
  reason(): string | null;
  /** Resolves as soon as there may be none any more; rejects with the signal's reason. */
  opened(signal: AbortSignal): Promise<void>;
}

/** A gate that is always open. */
export const openGate: PauseGate = { reason: () => null, opened: async () => {} };

/** A gate that its owner shuts and opens, e.g. with a button. */
export class ManualGate implements PauseGate {
  #reason: string | null = null;
  #waiting: (() => void)[] = [];

  /** @param reason null opens the gate */
  set(reason: string | null): void {
    this.#reason = reason;
    if (reason !== null) return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  reason(): string | null {
    return this.#reason;
  }

  opened(signal: AbortSignal): Promise<void> {
    if (this.#reason === null) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const abort = (): void => reject(signal.reason);
      if (signal.aborted) return abort();
      signal.addEventListener('abort', abort, { once: true });
      this.#waiting.push(() => {
        signal.removeEventListener('abort', abort);
        resolve();
      });
    });
  }
}
