import { createHash, type Hash } from 'node:crypto';

/**
 * Valid update messages that all differ: in their last value, which is one of the head, so that a new one costs neither
 * a copy nor a hash of the rest.
 */
export class DistinctUpdates {
  /** Shared by all. */
  readonly body: Buffer;
  readonly #hash: Hash;

  /** @param message of an update as float32 */
  constructor(message: Uint8Array) {
    this.body = Buffer.from(message.subarray(0, message.byteLength - 4));
    this.#hash = createHash('sha256').update(this.body);
  }

  get byteLength(): number {
    return this.body.byteLength + 4;
  }

  /** @param number below 2^23: what the update is told from others by */
  make(number: number): { readonly sha256: string; readonly tail: Buffer } {
    const tail = Buffer.alloc(4);
    // From 2^-7 on, one unit in the last place apart.
    tail.writeUInt32LE(0x3c000000 + number);
    return { sha256: this.#hash.copy().update(tail).digest('hex'), tail };
  }
}
