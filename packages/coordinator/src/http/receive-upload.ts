import type { IncomingMessage } from 'node:http';
import { Transform } from 'node:stream';
import { LENGTH_HEADER, limits, OFFSET_HEADER } from '@legend-fl/protocol';
import { Refusal } from '../refusals/refusal.ts';
import type { UploadPart } from '../store/uploads.ts';

/**
 * The part of an upload that a request brings, its body still unread: how much it may be is decided by the headers.
 * @param idleMs a client that sends no byte for so long is cut off
 */
export function receiveUpload(incoming: IncomingMessage, sha256: string, idleMs: number): UploadPart {
  const offset = byteHeader(incoming, OFFSET_HEADER);
  const length = byteHeader(incoming, LENGTH_HEADER);
  const declared = incoming.headers['content-length'];
  if (length > limits.uploadBytes || Number(declared ?? 0) > limits.uploadBytes) {
    throw new Refusal(
      'body-too-long',
      `Expected an upload of at most ${limits.uploadBytes} bytes, got one of ${Math.max(length, Number(declared ?? 0))}.`,
    );
  }
  if (offset > length) {
    throw new Refusal('request-invalid', `Expected ${OFFSET_HEADER} up to ${length}, got ${offset}.`);
  }
  const most = length - offset;
  if (Number(declared ?? 0) > most) throw tooLong(most);
  incoming.setTimeout(idleMs, () => incoming.destroy(new Error('No byte of the upload came for a while.')));
  const body = declared === undefined ? incoming.pipe(limitBytes(most)) : incoming;
  if (body !== incoming) incoming.on('error', (error) => body.destroy(error));
  return { sha256, offset, length, body };
}

function byteHeader(incoming: IncomingMessage, name: string): number {
  const text = incoming.headers[name.toLowerCase()];
  const value = Number(text);
  if (typeof text === 'string' && /^\d{1,15}$/.test(text)) return value;
  throw new Refusal('request-invalid', `Expected a number of bytes in ${name}, got ${text ?? 'nothing'}.`);
}

function tooLong(most: number): Refusal {
  return new Refusal('body-too-long', `Expected at most the ${most} bytes that are left, got more.`);
}

/** Of a body whose length is not told. */
function limitBytes(most: number): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes > most) done(tooLong(most));
      else done(null, chunk);
    },
  });
}
