/** Places of the numbers in the shared memory. */
const WRITTEN = 0;
const IN_FLIGHT = 1;
const COUNTING = 2;
const COUNTED = 3;
const BYTES = 4 * BigInt64Array.BYTES_PER_ELEMENT;

/**
 * Bytes in a trunk folder, in memory that workers share, so that all that write to the folder keep to one budget.
 * What is being written is counted apart, so that a recount of the folder cannot lose it.
 */
export class DiskUsage {
  readonly #cells: BigInt64Array;

  /** @param cells the memory of another `DiskUsage` of the same folder */
  constructor(cells: BigInt64Array = new BigInt64Array(new SharedArrayBuffer(BYTES))) {
    this.#cells = cells;
  }

  get cells(): BigInt64Array {
    return this.#cells;
  }

  get bytes(): number {
    return Number(Atomics.load(this.#cells, WRITTEN) + Atomics.load(this.#cells, IN_FLIGHT));
  }

  /** Sets `bytes` aside for a file to be written; false when the budget does not hold them. */
  reserve(bytes: number, budget: number): boolean {
    Atomics.add(this.#cells, IN_FLIGHT, BigInt(bytes));
    if (this.bytes <= budget) return true;
    Atomics.sub(this.#cells, IN_FLIGHT, BigInt(bytes));
    return false;
  }

  /** The file is there. For a moment it counts twice rather than not at all. */
  commit(bytes: number): void {
    Atomics.add(this.#cells, WRITTEN, BigInt(bytes));
    Atomics.sub(this.#cells, IN_FLIGHT, BigInt(bytes));
  }

  /** The file was not written. */
  release(bytes: number): void {
    Atomics.sub(this.#cells, IN_FLIGHT, BigInt(bytes));
  }

  /**
   * Replaces the count of files by what `count` finds, unless another thread is counting; files that appear meanwhile
   * are added on top. False when another thread is at it.
   */
  async recount(count: () => Promise<number>): Promise<boolean> {
    if (Atomics.compareExchange(this.#cells, COUNTING, 0n, 1n) !== 0n) return false;
    try {
      const before = Atomics.load(this.#cells, WRITTEN);
      const found = await count();
      Atomics.add(this.#cells, WRITTEN, BigInt(found) - before);
      Atomics.store(this.#cells, COUNTED, 1n);
      return true;
    } finally {
      Atomics.store(this.#cells, COUNTING, 0n);
    }
  }

  /** Whether the folder has been counted once. */
  get counted(): boolean {
    return Atomics.load(this.#cells, COUNTED) === 1n;
  }
}
