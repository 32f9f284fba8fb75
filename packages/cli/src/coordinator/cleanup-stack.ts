/** What is to be undone, last first: `AsyncDisposableStack`, which Node has only from version 24 on. */
export class CleanupStack implements AsyncDisposable {
  readonly #steps: (() => unknown)[] = [];

  defer(step: () => unknown): void {
    this.#steps.push(step);
  }

  /**
   * Takes every step, whatever becomes of the others; there is nothing left to do afterwards.
   * @throws what the first step that failed threw
   */
  async disposeAsync(): Promise<void> {
    const failures: unknown[] = [];
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      try {
        await step();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.disposeAsync();
  }
}
