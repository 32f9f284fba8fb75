import { type BlobCache, type CachedBlob, MemorySink } from '@legend/federation';

const NAME = 'legend-base-models';

/**
 * Files of base models in the browser's own cache, by SHA-256. A response is kept whole or not at all, and its bytes are
 * read from disk as they are needed.
 */
export async function openCacheStorage(): Promise<BlobCache> {
  const cache = await caches.open(NAME);
  const addressOf = (sha256: string) => `/cached/${sha256}`;
  const open = async (sha256: string): Promise<CachedBlob | undefined> => {
    const blob = await (await cache.match(addressOf(sha256)))?.blob();
    return (
      blob && {
        byteLength: blob.size,
        read: async (offset, length) =>
          new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer()),
      }
    );
  };
  return {
    open,
    receive: async (sha256) => {
      const sink = new MemorySink();
      const keep = () => cache.put(addressOf(sha256), new Response(sink.content()));
      return Object.assign(sink, { keep });
    },
  };
}
