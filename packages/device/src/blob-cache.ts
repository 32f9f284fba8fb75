import type { BlobSink } from './client/blob-sink.ts';
import { MemorySink } from './client/blob-sink.ts';

/** A blob that is kept, whole. */
export interface CachedBlob {
  readonly byteLength: number;
  /** Exactly `byteLength` bytes from `byteOffset`, in memory of their own. */
  read(byteOffset: number, byteLength: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** Where the bytes of a download go that is to be kept. */
export interface KeptSink extends BlobSink {
  /** Keeps them, once they are whole and their hash has been checked. */
  keep(): Promise<void>;
}

/** Where a device keeps files of base models, by SHA-256, so that they are fetched once. */
export interface BlobCache {
  /** Undefined where there is none, or a damaged one. */
  open(sha256: string): Promise<CachedBlob | undefined>;
  /** With what an earlier download left, if the cache keeps that. One at a time for each blob. */
  receive(sha256: string): Promise<KeptSink>;
}

/** A cache that lasts as long as the program. */
export function memoryBlobCache(): BlobCache {
  const blobs = new Map<string, Uint8Array<ArrayBuffer>>();
  return {
    open: async (sha256) => {
      const bytes = blobs.get(sha256);
      return bytes && cachedBytes(bytes);
    },
    receive: async (sha256) => {
      const sink = new MemorySink();
      return Object.assign(sink, {
        keep: async () => {
          blobs.set(sha256, sink.content());
        },
      });
    },
  };
}

/** Bytes in memory as a cached blob. */
export function cachedBytes(bytes: Uint8Array<ArrayBuffer>): CachedBlob {
  return {
    byteLength: bytes.byteLength,
    read: async (byteOffset, byteLength) => bytes.slice(byteOffset, byteOffset + byteLength),
  };
}
