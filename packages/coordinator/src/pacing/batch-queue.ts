/** Carries out what has come together. @returns what is left for the next batch, in its order */
export type CarryOut<Item> = (batch: readonly Item[]) => Promise<readonly Item[]>;

/**
 * Carries out items in the order in which they come, one batch after the other: what comes while one is carried out waits
 * and goes into the next, so that many callers share one write.
 */
export class BatchQueue<Item> {
  readonly #carryOut: CarryOut<Item>;
  readonly #letIn: () => Promise<unknown>;
  #waiting: Item[] = [];
  #draining: Promise<void> | undefined;

  /**
   * @param carryOut must not reject: each item's caller is told of its own failure
   * @param letIn resolves when a batch is closed to newcomers; by default, when the calls of this turn are in
   */
  constructor(carryOut: CarryOut<Item>, letIn: () => Promise<unknown> = () => Promise.resolve()) {
    this.#carryOut = carryOut;
    this.#letIn = letIn;
  }

  add(...items: readonly Item[]): void {
    this.#waiting.push(...items);
    if (this.#waiting.length > 0) this.#draining ??= this.#drain();
  }

  /** When everything that was added so far has been carried out. */
  async settled(): Promise<void> {
    await this.#draining;
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      await this.#letIn();
      const batch = this.#waiting;
      this.#waiting = [];
      const left = await this.#carryOut(batch);
      this.#waiting.unshift(...left);
    }
    this.#draining = undefined;
  }
}
