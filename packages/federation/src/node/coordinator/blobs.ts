/** Content by its SHA-256, on the coordinator's disk. */
export interface Blobs {
  /** Durable when it resolves. Content that is there already is not written again. Throws WriteError. */
  write(content: Uint8Array): Promise<Blob>;
  /** Where a blob lies or would lie. */
  pathOf(sha256: string): string;
  /** The same, where its folder has been made. */
  makeRoom(sha256: string): Promise<string>;
  read(sha256: string): Promise<Uint8Array>;
  find(sha256: string): Promise<Blob | undefined>;
  remove(sha256: string): Promise<void>;
  /** All there are. */
  list(): Promise<readonly string[]>;
}

export interface Blob {
  readonly sha256: string;
  readonly bytes: number;
}
