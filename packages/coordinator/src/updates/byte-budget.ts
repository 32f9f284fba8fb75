/** Lets works go on at the same time as long as the bytes that they hold fit a budget; one goes on in any case. */
export class ByteBudget {
  readonly #budget: number;
  #held = 0;
  readonly #waiting: { readonly bytes: number; readonly start: () => void }[] = [];

  constructor(budget: number) {
    this.#budget = budget;
  }

  /** Carries out the work in its turn. @param bytes that it holds meanwhile */
  async spend<Result>(bytes: number, work: () => Promise<Result>): Promise<Result> {
    if (this.#waiting.length > 0 || !this.#fits(bytes)) {
      await new Promise<void>((start) => this.#waiting.push({ bytes, start }));
    } else {
      this.#held += bytes;
    }
    try {
      return await work();
    } finally {
      this.#held -= bytes;
      this.#startWaiting();
    }
  }

  #fits(bytes: number): boolean {
    return this.#held === 0 || this.#held + bytes <= this.#budget;
  }

  #startWaiting(): void {
    for (let [next] = this.#waiting; next && this.#fits(next.bytes); [next] = this.#waiting) {
      this.#waiting.shift();
      this.#held += next.bytes;
      next.start();
    }
  }
}
