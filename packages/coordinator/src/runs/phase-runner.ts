/** Carries out one phase of a run after the other. Entering one aborts the one before. */
export class PhaseRunner {
  #phase = '';
  #controller = new AbortController();
  #activity: Promise<void> = Promise.resolve();
  #isClosed = false;

  /** Aborts when the phase is over or the run is closed. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Whether a phase is another than the one under way, and is to be carried out. */
  isNew(phase: string): boolean {
    return phase !== this.#phase && !this.#isClosed;
  }

  /**
   * Carries out a phase once the one before has ended.
   * @param onFault has what the phase threw, unless it was aborted
   */
  enter(
    phase: string,
    carryOut: (signal: AbortSignal) => Promise<void>,
    onFault: (error: unknown) => void,
  ): void {
    this.#phase = phase;
    this.#controller.abort(new Error('The phase is over.'));
    this.#controller = new AbortController();
    const { signal } = this.#controller;
    this.#activity = this.#activity
      .then(() => carryOut(signal))
      .catch((error: unknown) => {
        if (!signal.aborted) onFault(error);
      });
  }

  /** Ends the phase under way, so that the next start goes on with it. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#controller.abort(new Error('The coordinator stops.'));
    await this.#activity;
  }
}
