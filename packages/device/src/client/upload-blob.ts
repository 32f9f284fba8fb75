import { LENGTH_HEADER, OFFSET_HEADER, routes, uploadStateSchema } from '@legend-fl/protocol';
import { ConnectionError } from './connection-error.ts';
import { sumTransfers, type Transfer, type TransferOptions } from './download-blob.ts';
import { fillPath } from './fill-path.ts';
import { ProtocolError } from './protocol-error.ts';
import { readJson } from './read-json.ts';
import type { Transport } from './transport.ts';

/** Bytes of the first part; a broken connection costs one part. */
const FIRST_PART_BYTES = 512 * 1024;
const SHORTEST_PART_BYTES = 64 * 1024;
const LONGEST_PART_BYTES = 4 * 2 ** 20;
/** Parts are cut so that each takes about so long. */
const PART_SECONDS = 10;
/** A part that has not arrived by then is sent anew, and shorter. */
const PART_TIMEOUT_MS = 120_000;
const STATE_TIMEOUT_MS = 30_000;
/** So many times an upload that does not arrive as it was sent is put down to the network. */
const MAXIMUM_DAMAGED = 3;

/**
 * Sends what the coordinator still lacks of an upload, part by part.
 * Throws as `Transport.send` does, and ConnectionError `blob-damaged`.
 * @param sha256 of `content`
 */
export async function uploadBlob(
  transport: Transport,
  content: Uint8Array<ArrayBuffer>,
  sha256: string,
  { signal, onProgress = () => {} }: TransferOptions,
): Promise<Transfer> {
  const path = fillPath(routes.upload.path, { sha256 });
  const askState = () =>
    transport.send(
      {
        method: 'GET',
        path,
        access: 'device',
        timeoutMs: STATE_TIMEOUT_MS,
        read: readJson(uploadStateSchema),
      },
      { signal },
    );
  const sendPart = (part: Uint8Array<ArrayBuffer>, offset: number) =>
    transport.send(
      {
        method: 'PATCH',
        path,
        access: 'device',
        body: part,
        headers: () => ({ [OFFSET_HEADER]: String(offset), [LENGTH_HEADER]: String(content.byteLength) }),
        timeoutMs: PART_TIMEOUT_MS,
        read: readJson(uploadStateSchema),
      },
      { signal, retry: false },
    );

  const transfers: Transfer[] = [];
  let partBytes = FIRST_PART_BYTES;
  let damaged = 0;
  const noteDamage = (cause?: unknown): ConnectionError => {
    damaged++;
    const message = `${transport.url} got another content than was sent, ${damaged} times. A proxy may change what it passes on.`;
    const error = new ConnectionError('blob-damaged', message, { cause });
    if (damaged === MAXIMUM_DAMAGED) throw error;
    return error;
  };

  let state = await askState();
  while (!state.complete) {
    const { offset } = state;
    onProgress?.(offset, content.byteLength);
    const part = content.subarray(offset, offset + partBytes);
    const started = performance.now();
    try {
      state = await sendPart(part, offset);
      const seconds = (performance.now() - started) / 1000;
      transfers.push({ bytes: part.byteLength, seconds });
      partBytes = clampPart((PART_SECONDS * part.byteLength) / Math.max(seconds, 1e-3));
      const isStuck = !state.complete && (part.byteLength === 0 || state.offset <= offset);
      if (isStuck) await transport.pause(damaged, noteDamage(), signal);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof ProtocolError && error.code === 'upload-corrupt') {
        await transport.pause(damaged, noteDamage(error), signal);
      } else if (error instanceof ProtocolError && error.code === 'upload-offset') {
        // Of the part before, more or less arrived than was answered.
      } else if ((error instanceof ProtocolError || error instanceof ConnectionError) && error.passes) {
        await transport.pause(0, error, signal);
        partBytes = clampPart(partBytes / 2);
      } else {
        throw error;
      }
      state = await askState();
    }
  }
  onProgress?.(content.byteLength, content.byteLength);
  return sumTransfers(transfers);
}

function clampPart(bytes: number): number {
  return Math.round(Math.min(LONGEST_PART_BYTES, Math.max(SHORTEST_PART_BYTES, bytes)));
}
