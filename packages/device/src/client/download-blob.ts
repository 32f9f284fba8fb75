import type { blobSchema } from '@legend-fl/protocol';
import { routes } from '@legend-fl/protocol';
import type { z } from 'zod';
import type { BlobSink } from './blob-sink.ts';
import { ConnectionError } from './connection-error.ts';
import { fillPath } from './fill-path.ts';
import { ForeignContent, LocalFault, type Transport } from './transport.ts';

export type OfferedBlob = z.output<typeof blobSchema>;

export interface TransferOptions {
  readonly signal: AbortSignal;
  /** @param bytes that are there of the whole, those of an earlier attempt included */
  readonly onProgress?: ((bytes: number, total: number) => void) | undefined;
}

/** What travelled, and how long that took without the time between two attempts. */
export interface Transfer {
  readonly bytes: number;
  readonly seconds: number;
}

/** Milliseconds without a byte after which a connection counts as dead. */
const STALL_MS = 30_000;
/** So many times content of the wrong hash is put down to the network. */
const MAXIMUM_DAMAGED = 3;

/**
 * Fetches what a blob still lacks, over as many connections as it takes, and checks its hash.
 * Throws as `Transport.send` does, and ConnectionError `blob-damaged`.
 */
export async function downloadBlob(
  transport: Transport,
  blob: OfferedBlob,
  sink: BlobSink,
  options: TransferOptions,
): Promise<Transfer> {
  const transfers: Transfer[] = [];
  for (let damaged = 1; ; damaged++) {
    if (sink.bytes < blob.bytes) await fetchRest(transport, blob, sink, options, transfers);
    if (sink.bytes === blob.bytes && (await sink.hash()) === blob.sha256) return sumTransfers(transfers);
    await sink.clear();
    const error = new ConnectionError(
      'blob-damaged',
      `${transport.url} sent blob ${blob.sha256} with another content ${damaged} times. Its file is damaged, or a proxy changes what it passes on.`,
    );
    if (damaged === MAXIMUM_DAMAGED) throw error;
    await transport.pause(damaged, error, options.signal);
  }
}

export function sumTransfers(transfers: readonly Transfer[]): Transfer {
  return transfers.reduce(
    (sum, { bytes, seconds }) => ({ bytes: sum.bytes + bytes, seconds: sum.seconds + seconds }),
    { bytes: 0, seconds: 0 },
  );
}

/** @param transfers to which each attempt adds its own */
function fetchRest(
  transport: Transport,
  blob: OfferedBlob,
  sink: BlobSink,
  { signal, onProgress }: TransferOptions,
  transfers: Transfer[],
): Promise<void> {
  return transport.send(
    {
      method: 'GET',
      path: fillPath(routes.blob.path, { sha256: blob.sha256 }),
      access: 'device',
      headers: () => (sink.bytes > 0 ? { Range: `bytes=${sink.bytes}-` } : {}),
      timeoutMs: STALL_MS,
      read: async (response, alive) => {
        await agreeOnStart(response, sink);
        const started = performance.now();
        let bytes = 0;
        try {
          // Not `for await`, which not every browser has for this.
          const reader = response.body?.getReader();
          for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
            const chunk = new Uint8Array(part.value);
            if (sink.bytes + chunk.byteLength > blob.bytes) {
              await sink.clear();
              throw new ForeignContent(response.status, `with more than the ${blob.bytes} bytes of the blob`);
            }
            await sink.append(chunk).catch((cause: unknown) => {
              throw new LocalFault(cause);
            });
            bytes += chunk.byteLength;
            alive();
            onProgress?.(sink.bytes, blob.bytes);
          }
        } finally {
          transfers.push({ bytes, seconds: (performance.now() - started) / 1000 });
        }
        if (sink.bytes < blob.bytes)
          throw new ConnectionError('unreachable', `${transport.url} sent too little.`);
      },
    },
    { signal },
  );
}

/** Whole content, or the rest from where the sink ends; anything else begins anew. */
async function agreeOnStart({ status, headers }: Response, sink: BlobSink): Promise<void> {
  if (status !== 206) {
    if (sink.bytes > 0) await sink.clear();
    return;
  }
  const range = headers.get('Content-Range') ?? 'no range';
  if (range.startsWith(`bytes ${sink.bytes}-`)) return;
  const asked = sink.bytes;
  await sink.clear();
  throw new ConnectionError('unreachable', `Asked for the bytes from ${asked} on, got ${range}.`);
}
