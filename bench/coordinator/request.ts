import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { type DeviceKey, secureRandom, signRequest } from '@legend-fl/protocol';

/** A device's way to a coordinator: real keys and credentials, as little else as can be. */
export interface Caller {
  readonly url: URL;
  readonly key: DeviceKey;
  /** As a reverse proxy tells it: every device has an address of its own. */
  readonly address: string;
  device: string | undefined;
}

export interface Call {
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly path: string;
  /** JSON. */
  readonly body?: unknown;
  /** Of an upload. */
  readonly parts?: readonly Uint8Array[];
  readonly headers?: Readonly<Record<string, string>>;
  /** No credential. */
  readonly open?: boolean;
}

export interface Answer {
  readonly status: number;
  readonly body: Buffer;
  /** From the first byte of the request to the last of the answer. */
  readonly milliseconds: number;
}

const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY, scheduling: 'lifo' });

/**
 * Throws what the connection throws. A connection that the coordinator has just closed, as nobody used it, is no fault:
 * the request is sent once more, as it may be.
 */
export async function send(caller: Caller, call: Call): Promise<Answer> {
  try {
    return await attempt(caller, call);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ECONNRESET') throw error;
    return attempt(caller, call);
  }
}

async function attempt(caller: Caller, call: Call): Promise<Answer> {
  const { method, path, parts, open = false } = call;
  const text = call.body === undefined ? undefined : JSON.stringify(call.body);
  const content = text === undefined ? (parts ?? []) : [Buffer.from(text)];
  const bytes = content.reduce((sum, part) => sum + part.byteLength, 0);
  const headers: Record<string, string> = { ...call.headers, 'X-Forwarded-For': caller.address };
  if (method !== 'GET') headers['Content-Length'] = String(bytes);
  if (text !== undefined) headers['Content-Type'] = 'application/json';
  if (!open) {
    const { key, device } = caller;
    const signed = { key, device, method, path, body: text, now: Date.now(), random: secureRandom };
    headers.Authorization = `Bearer ${await signRequest(signed)}`;
  }
  const { hostname, port } = caller.url;
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const begin = performance.now();
  const outgoing = httpRequest({ hostname, port, method, path, headers, agent }, (incoming) => {
    readAll(incoming).then(
      (body) => resolve({ status: incoming.statusCode ?? 0, body, milliseconds: performance.now() - begin }),
      reject,
    );
  });
  outgoing.on('error', reject);
  for (const part of content) outgoing.write(part);
  outgoing.end();
  return promise;
}

async function readAll(incoming: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part);
  return Buffer.concat(parts);
}
