import type { BlobFolder } from './blobs.ts';

/** Keeps a blob from being deleted while somebody works with it. */
export class BlobGuard {
  readonly #blobs: Pick<BlobFolder, 'delete'>;
  readonly #inUse = new Map<string, number>();
  readonly #removing = new Map<string, Promise<void>>();

  constructor(blobs: Pick<BlobFolder, 'delete'>) {
    this.#blobs = blobs;
  }

  /** The work starts when no deletion of the blob is under way; it may find that there is none any more. */
  async keep<Result>(sha256: string, work: () => Promise<Result>): Promise<Result> {
    this.#inUse.set(sha256, (this.#inUse.get(sha256) ?? 0) + 1);
    try {
      await this.#removing.get(sha256);
      return await work();
    } finally {
      const users = (this.#inUse.get(sha256) ?? 1) - 1;
      if (users === 0) this.#inUse.delete(sha256);
      else this.#inUse.set(sha256, users);
    }
  }

  /** @param isNeeded asked right before the deletion */
  async remove(sha256: string, isNeeded: (sha256: string) => boolean): Promise<void> {
    if (this.#inUse.has(sha256) || this.#removing.has(sha256) || isNeeded(sha256)) return;
    const removal = this.#blobs.delete(sha256).finally(() => this.#removing.delete(sha256));
    this.#removing.set(
      sha256,
      removal.catch(() => {}),
    );
    await removal;
  }
}
