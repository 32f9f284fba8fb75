import { sha256Hex } from '@legend-fl/protocol';
import type { BlobCache, KeptSink } from '../blob-cache.ts';

const FOLDER = 'legend-base-models';
/** An old worker of this page may hold a file for a moment after it was ended. */
const TRIES = 20;
const PAUSE_MS = 100;

/** What a worker, and no page, has of files that are private to this site; the types of a page know nothing of it. */
interface FileAccess {
  getSize(): number;
  read(bytes: Uint8Array<ArrayBuffer>, options: { readonly at: number }): number;
  write(bytes: Uint8Array<ArrayBuffer>, options: { readonly at: number }): number;
  truncate(bytes: number): void;
  flush(): void;
  close(): void;
}

/**
 * Files of base models on the browser's disk, by SHA-256. A download that a reload breaks off goes on where it was: its
 * bytes lie in the file as they came, and a second, empty file tells that they are whole. Only in a worker.
 */
export async function openFileCache(): Promise<BlobCache> {
  const root = await navigator.storage.getDirectory();
  const folder = await root.getDirectoryHandle(FOLDER, { create: true });
  const marker = (sha256: string) => `${sha256}.whole`;
  let receiving: FileAccess | undefined;
  return {
    open: async (sha256) => {
      if ((await findFile(folder, marker(sha256))) === undefined) return undefined;
      const file = await (await findFile(folder, sha256))?.getFile();
      return (
        file && {
          byteLength: file.size,
          read: async (offset, length) =>
            new Uint8Array(await file.slice(offset, offset + length).arrayBuffer()),
        }
      );
    },
    receive: async (sha256) => {
      receiving?.close();
      const access = await openAccess(await folder.getFileHandle(sha256, { create: true }));
      receiving = access;
      return fileSink(access, async () => {
        receiving = undefined;
        await folder.getFileHandle(marker(sha256), { create: true });
      });
    },
  };
}

function fileSink(access: FileAccess, markWhole: () => Promise<void>): KeptSink {
  return {
    get bytes() {
      return access.getSize();
    },
    append: async (chunk) => {
      const written = access.write(chunk, { at: access.getSize() });
      if (written !== chunk.byteLength) throw new Error(`The browser kept ${written} bytes of a chunk.`);
    },
    clear: async () => access.truncate(0),
    hash: () => {
      const bytes = new Uint8Array(access.getSize());
      access.read(bytes, { at: 0 });
      return sha256Hex(bytes);
    },
    keep: async () => {
      access.flush();
      access.close();
      await markWhole();
    },
  };
}

async function openAccess(handle: FileSystemFileHandle): Promise<FileAccess> {
  const inWorker = handle as unknown as { createSyncAccessHandle(): Promise<FileAccess> };
  for (let tried = 1; ; tried++) {
    try {
      return await inWorker.createSyncAccessHandle();
    } catch (error) {
      const isHeld = error instanceof DOMException && error.name === 'NoModificationAllowedError';
      if (!isHeld || tried === TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}

async function findFile(
  folder: FileSystemDirectoryHandle,
  name: string,
): Promise<FileSystemFileHandle | undefined> {
  try {
    return await folder.getFileHandle(name);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'NotFoundError') return undefined;
    throw error;
  }
}
