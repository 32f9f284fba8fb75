import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { appendFile, mkdir, open, rename, rm, stat, truncate } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { WriteError } from '@legend-fl/base/node';
import { contentHash } from '@legend-fl/protocol';
import type { BlobCache, CachedBlob, KeptSink } from '../blob-cache.ts';

/** Files of base models, in `LEGEND_CACHE`, which is `~/.cache/legend` by default; shared by all devices of a machine. */
export function baseModelsFolder(env: NodeJS.ProcessEnv): string {
  const caches = env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache');
  return join(env.LEGEND_CACHE || join(caches, 'legend'), 'base-models');
}

/**
 * Blobs as files of a folder, each under its hash. A download that breaks off is continued by the next one of the same
 * owner, even in another process.
 * @param owner of downloads that are under way, so that two of them never write one file
 */
export function folderBlobCache(folder: string, owner: string): BlobCache {
  // Checked, so that a coordinator cannot name a file elsewhere.
  const pathOf = (sha256: string): string => join(folder, contentHash.parse(sha256));
  return {
    open: async (sha256) => {
      const path = pathOf(sha256);
      const size = await sizeOf(path);
      if (size === undefined) return undefined;
      if ((await hashOf(path)) === sha256) return fileBlob(path, size);
      await rm(path, { force: true });
      return undefined;
    },
    receive: async (sha256) => {
      const path = pathOf(sha256);
      await mkdir(folder, { recursive: true }).catch((cause) => {
        throw new WriteError(folder, cause);
      });
      return partialFile(`${path}.${owner}.part`, path);
    },
  };
}

async function partialFile(partial: string, whole: string): Promise<KeptSink> {
  const writing = (cause: NodeJS.ErrnoException): never => {
    throw new WriteError(partial, cause);
  };
  let bytes = (await sizeOf(partial)) ?? 0;
  return {
    get bytes() {
      return bytes;
    },
    append: async (chunk) => {
      await appendFile(partial, chunk).catch(writing);
      bytes += chunk.byteLength;
    },
    clear: async () => {
      if (bytes > 0) await truncate(partial).catch(writing);
      bytes = 0;
    },
    hash: () => hashOf(partial),
    keep: async () => {
      const file = await open(partial, 'a');
      try {
        await file.sync().catch(writing);
      } finally {
        await file.close();
      }
      await rename(partial, whole).catch(writing);
    },
  };
}

function fileBlob(path: string, byteLength: number): CachedBlob {
  return {
    byteLength,
    read: async (byteOffset, length) => {
      const file = await open(path, 'r');
      try {
        const bytes = new Uint8Array(length);
        let filled = 0;
        while (filled < length) {
          // One call of the operating system hands over 2 GiB at most.
          const part = Math.min(length - filled, 2 ** 30);
          const { bytesRead } = await file.read(bytes, filled, part, byteOffset + filled);
          if (bytesRead === 0) throw new Error(`${path} became shorter while it was read.`);
          filled += bytesRead;
        }
        return bytes;
      } finally {
        await file.close();
      }
    },
  };
}

/** Undefined where there is no such file. */
async function sizeOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ size }) => size,
    () => undefined,
  );
}

/** SHA-256 of a file; of none where there is no file. */
async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  if ((await sizeOf(path)) !== undefined) await pipeline(createReadStream(path), hash);
  else hash.end();
  return hash.digest('hex');
}
