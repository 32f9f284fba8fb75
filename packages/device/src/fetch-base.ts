import type { ModelFiles } from '@legend-fl/adapter';
import { InputError } from '@legend-fl/base';
import type { RunForDevices } from '@legend-fl/protocol';
import type { BlobCache, CachedBlob } from './blob-cache.ts';
import type { CoordinatorClient } from './client/coordinator-client.ts';
import { sumTransfers, type Transfer } from './client/download-blob.ts';

/** The files of a run's base model, and what it took to fetch those that were missing. */
export interface FetchedBase {
  readonly files: ModelFiles;
  readonly transfer: Transfer;
}

/**
 * Fetches what the cache lacks of a base model.
 * @param onProgress told the bytes that are there, of all that were missing
 */
export async function fetchBase(
  client: CoordinatorClient,
  { base: { model, files } }: RunForDevices,
  cache: BlobCache,
  {
    signal,
    onProgress,
  }: { readonly signal: AbortSignal; readonly onProgress: (bytes: number, total: number) => void },
): Promise<FetchedBase> {
  const blobs = new Map<string, CachedBlob>();
  const missing = [];
  for (const file of files) {
    const blob = await cache.open(file.sha256);
    if (blob) blobs.set(file.name, blob);
    else missing.push(file);
  }
  const total = missing.reduce((sum, { bytes }) => sum + bytes, 0);
  const transfers: Transfer[] = [];
  let before = 0;
  for (const { name, sha256, bytes } of missing) {
    const sink = await cache.receive(sha256);
    const soFar = before;
    const report = (arrived: number): void => onProgress(soFar + arrived, total);
    transfers.push(await client.download({ sha256, bytes }, sink, { signal, onProgress: report }));
    await sink.keep();
    const blob = await cache.open(sha256);
    if (!blob) throw new Error(`The cache of base models lost ${sha256}, which it has just been given.`);
    blobs.set(name, blob);
    before += bytes;
  }
  return { files: filesOf(blobs, `base model ${model} of ${client.url}`), transfer: sumTransfers(transfers) };
}

function filesOf(blobs: ReadonlyMap<string, CachedBlob>, where: string): ModelFiles {
  return {
    where,
    list: async () => [...blobs.keys()],
    open: async (name, content) => {
      const blob = blobs.get(name);
      const path = `${where}, ${name}`;
      if (blob)
        return { path, byteLength: blob.byteLength, read: (offset, length) => blob.read(offset, length) };
      throw new InputError({
        code: 'file-missing',
        expected: content,
        got: 'no such file',
        where: path,
        todo: 'Whoever runs the coordinator has to give it the whole model.',
      });
    },
  };
}
