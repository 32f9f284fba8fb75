import { createHash } from 'node:crypto';
import type { BlobGuard } from '../store/blob-guard.ts';
import type { BlobFolder } from '../store/blobs.ts';

/** The blobs that one run has to do with. */
export class RunBlobs {
  readonly #blobs: BlobFolder;
  readonly #guard: BlobGuard;
  /** All that the run has needed and that have not been found unneeded. */
  readonly #known = new Set<string>();
  /** Those that are being written, before anything refers to them. */
  readonly #intended = new Set<string>();

  constructor(blobs: BlobFolder, guard: BlobGuard) {
    this.#blobs = blobs;
    this.#guard = guard;
  }

  /** Takes note of blobs that are there. */
  add(sha256s: Iterable<string>): void {
    for (const sha256 of sha256s) this.#known.add(sha256);
  }

  /** Writes a blob, which is intended until the phase is over. @returns its hash. Throws WriteError. */
  async write(content: Uint8Array): Promise<string> {
    const sha256 = hashOf(content);
    this.#known.add(sha256);
    // Before it is written: the same content may be about to be deleted.
    this.#intended.add(sha256);
    return this.#guard.keep(sha256, () => this.#blobs.put(content));
  }

  read(sha256: string): Promise<Uint8Array> {
    return this.#blobs.read(sha256);
  }

  /** Whether it is being written. */
  needsBlob(sha256: string): boolean {
    return this.#intended.has(sha256);
  }

  endPhase(): void {
    this.#intended.clear();
  }

  /** Those that the run does not need any more; it has nothing to do with them from now on. */
  takeUnneeded(isNeeded: (sha256: string) => boolean): readonly string[] {
    const unneeded = [...this.#known].filter((sha256) => !isNeeded(sha256));
    for (const sha256 of unneeded) this.#known.delete(sha256);
    return unneeded;
  }
}

export function hashOf(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
