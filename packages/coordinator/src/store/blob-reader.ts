import { hash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { type BlobFolder, damagedBlob, missingBlob } from './blobs.ts';

/**
 * Reads many blobs one after the other, for a thread that does nothing else: it waits for the disk, and all are read into
 * the same memory.
 */
export class BlobReader {
  readonly #blobs: Pick<BlobFolder, 'pathOf'>;
  #memory = new Uint8Array(0);

  constructor(blobs: Pick<BlobFolder, 'pathOf'>) {
    this.#blobs = blobs;
  }

  /** @returns the content, good until the next call. Throws InputError `blob-missing`, `blob-damaged`. */
  read(sha256: string): Uint8Array {
    const path = this.#blobs.pathOf(sha256);
    const file = openBlob(path);
    try {
      const { size } = fstatSync(file);
      if (size > this.#memory.byteLength) this.#memory = new Uint8Array(size);
      let bytes = 0;
      while (bytes < size) {
        const read = readSync(file, this.#memory, bytes, size - bytes, bytes);
        if (read === 0) break;
        bytes += read;
      }
      const content = this.#memory.subarray(0, bytes);
      const found = hash('sha256', content);
      if (found !== sha256) throw damagedBlob(path, found);
      return content;
    } finally {
      closeSync(file);
    }
  }
}

function openBlob(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
    throw missingBlob(path);
  }
}
