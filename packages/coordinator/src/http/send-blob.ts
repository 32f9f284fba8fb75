import { type FileHandle, open } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { Refusal } from '../refusals/refusal.ts';
import type { OfferedBlob } from '../services/coordinator.ts';
import { isClientGone } from './exchange.ts';
import { parseRange } from './parse-range.ts';

/**
 * Streams a blob, or the range of it that is asked for, as fast as the client reads.
 * @param idleMs a client that takes no byte for so long is cut off
 */
export async function sendBlob(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { blob, sha256, idleMs }: { readonly blob: OfferedBlob; readonly sha256: string; readonly idleMs: number },
): Promise<void> {
  const etag = `"${sha256}"`;
  const { headers, method } = incoming;
  outgoing.setHeader('ETag', etag);
  // Its name is its hash: it never changes. A proxy must not keep it, since not everybody may have it.
  outgoing.setHeader('Cache-Control', 'private, max-age=31536000, immutable');
  outgoing.setHeader('Accept-Ranges', 'bytes');
  if (headers['if-none-match'] === etag) {
    outgoing.writeHead(304).end();
    return;
  }
  const rangeCounts = headers['if-range'] === undefined || headers['if-range'] === etag;
  const range = parseRange(rangeCounts ? headers.range : undefined, blob.bytes);
  if (range === 'none') {
    outgoing.setHeader('Content-Range', `bytes */${blob.bytes}`);
    throw new Refusal(
      'range-unsatisfiable',
      `Expected a range within ${blob.bytes} bytes, got "${headers.range}".`,
    );
  }
  await using file = await openBlob(blob, sha256);
  const { start, end } = range === 'all' ? { start: 0, end: blob.bytes - 1 } : range;
  if (range !== 'all') outgoing.setHeader('Content-Range', `bytes ${start}-${end}/${blob.bytes}`);
  outgoing.writeHead(range === 'all' ? 200 : 206, {
    'Content-Type': 'application/octet-stream',
    'Content-Length': end - start + 1,
  });
  if (method === 'HEAD' || blob.bytes === 0) {
    outgoing.end();
    return;
  }
  outgoing.setTimeout(idleMs, () => outgoing.destroy());
  try {
    await pipeline(file.createReadStream({ start, end, autoClose: false }), outgoing);
  } catch (error) {
    if (!isClientGone(incoming, outgoing)) throw error;
  }
}

async function openBlob({ path }: OfferedBlob, sha256: string): Promise<FileHandle> {
  try {
    return await open(path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
    throw new Refusal('not-found', `There is no blob ${sha256} any more. Ask for the next assignment.`, {
      cause,
    });
  }
}
