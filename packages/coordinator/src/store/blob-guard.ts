import type { BlobFolder } from './blobs.ts';

/** Somebody who may need blobs. */
export interface BlobUser {
  needsBlob(sha256: string): boolean;
}

/** Deletes blobs that nobody needs; keeps a blob from being deleted while somebody works with it. */
export class BlobGuard {
  readonly #blobs: Pick<BlobFolder, 'delete'>;
  readonly #user: BlobUser;
  readonly #inUse = new Map<string, number>();
  readonly #removing = new Map<string, Promise<void>>();

  /** @param user asked right before a deletion */
  constructor(blobs: Pick<BlobFolder, 'delete'>, user: BlobUser) {
    this.#blobs = blobs;
    this.#user = user;
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

  /** Deletes those that nobody needs. What cannot be deleted now is found at the next start. */
  async removeUnneeded(sha256s: readonly string[]): Promise<void> {
    for (const sha256 of sha256s) await this.remove(sha256).catch(() => {});
  }

  /** Deletes a blob, unless it is needed or somebody works with it. */
  async remove(sha256: string): Promise<void> {
    if (this.#inUse.has(sha256) || this.#removing.has(sha256) || this.#user.needsBlob(sha256)) return;
    const removal = this.#blobs.delete(sha256).finally(() => this.#removing.delete(sha256));
    this.#removing.set(
      sha256,
      removal.catch(() => {}),
    );
    await removal;
  }
}
