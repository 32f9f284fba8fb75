import type { IncomingMessage } from 'node:http';
import { Refusal } from '../refusals/refusal.ts';
import type { HttpLimits } from './http-limits.ts';

/** The body of a request as text; empty where there is none. Read whole, within bounds of size and time. */
export async function readTextBody(
  incoming: IncomingMessage,
  { jsonBytes, bodyMs }: Pick<HttpLimits, 'jsonBytes' | 'bodyMs'>,
): Promise<string> {
  const encoding = incoming.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') {
    throw new Refusal('request-invalid', `Expected a body as it is, got one in "${encoding}".`);
  }
  const tooLong = () =>
    new Refusal('body-too-long', `Expected a body of at most ${jsonBytes} bytes, got a longer one.`);
  if (Number(incoming.headers['content-length'] ?? 0) > jsonBytes) throw tooLong();
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const parts: Buffer[] = [];
  let bytes = 0;
  const onData = (part: Buffer): void => {
    bytes += part.length;
    parts.push(part);
    if (bytes > jsonBytes) reject(tooLong());
  };
  const onEnd = (): void => resolve(Buffer.concat(parts));
  const onClose = (): void => reject(new Error('The connection closed before the body was there.'));
  const timer = setTimeout(() => {
    reject(new Refusal('request-invalid', `Expected the whole body within ${bodyMs / 1000} seconds.`));
  }, bodyMs);
  incoming.on('data', onData).on('end', onEnd).on('error', reject).on('close', onClose);
  try {
    return decodeText(await promise);
  } finally {
    clearTimeout(timer);
    incoming.off('data', onData).off('end', onEnd).off('close', onClose).pause();
  }
}

/** The value of a JSON text, refused before it is parsed where it is nested deeper than any that is meant. */
export function parseJson(text: string, depth: number): unknown {
  if (nestingOf(text) > depth) {
    throw new Refusal('request-invalid', `Expected JSON nested at most ${depth} levels deep, got deeper.`);
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    // Not quoted: it may hold a token.
    const got = text === '' ? 'nothing' : 'a text that is none';
    throw new Refusal('request-invalid', `Expected a body of JSON, got ${got}.`, { cause });
  }
}

function decodeText(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new Refusal('request-invalid', 'Expected a body in UTF-8, got other bytes.', { cause });
  }
}

/** Levels of brackets outside of strings. */
function nestingOf(text: string): number {
  let [depth, deepest, quoted] = [0, 0, false];
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (quoted && character === '\\') index++;
    else if (character === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (character === '[' || character === '{') deepest = Math.max(deepest, ++depth);
    else if (character === ']' || character === '}') depth--;
  }
  return deepest;
}
