/** Memory to read into, used again and again: new memory costs more than reading from the page cache does. */
export class BufferPool {
  readonly #most: number;
  #free: Uint8Array[] = [];
  #bytes = 0;

  /** @param most bytes that it keeps of what is given back */
  constructor(most: number) {
    this.#most = most;
  }

  /** @returns at least so many bytes, with whatever they hold */
  take(bytes: number): Uint8Array {
    const index = this.#free.findIndex(({ byteLength }) => byteLength >= bytes);
    const [found] = index === -1 ? [] : this.#free.splice(index, 1);
    this.#bytes -= found?.byteLength ?? 0;
    return found ?? new Uint8Array(bytes);
  }

  /** Gives back what nobody uses any more. */
  give(buffer: Uint8Array): void {
    if (this.#bytes + buffer.byteLength > this.#most) return;
    this.#bytes += buffer.byteLength;
    this.#free.push(buffer);
  }
}
