import { sha256Hex } from '@legend-fl/protocol';

/** Where a blob's bytes go as they come in, in order. */
export interface BlobSink {
  /** Bytes that it holds, maybe from an earlier download that broke off. */
  readonly bytes: number;
  append(chunk: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Forgets them. */
  clear(): Promise<void>;
  /** SHA-256 of them. */
  hash(): Promise<string>;
}

/** Bytes in memory. */
export class MemorySink implements BlobSink {
  #chunks: Uint8Array<ArrayBuffer>[] = [];
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  async append(chunk: Uint8Array<ArrayBuffer>): Promise<void> {
    this.#chunks.push(chunk);
    this.#bytes += chunk.byteLength;
  }

  async clear(): Promise<void> {
    this.#chunks = [];
    this.#bytes = 0;
  }

  hash(): Promise<string> {
    return sha256Hex(this.content());
  }

  /** All of them, in one piece. */
  content(): Uint8Array<ArrayBuffer> {
    const [first] = this.#chunks;
    if (this.#chunks.length === 1 && first !== undefined) return first;
    const whole = new Uint8Array(this.#bytes);
    let offset = 0;
    for (const chunk of this.#chunks) {
      whole.set(chunk, offset);
      offset += chunk.byteLength;
    }
    this.#chunks = [whole];
    return whole;
  }
}
