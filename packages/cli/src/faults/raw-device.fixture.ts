import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import {
  createDeviceKey,
  type DeviceKey,
  importDeviceKey,
  type Problem,
  privateKeySchema,
  problemSchema,
  publicKeyOf,
  secureRandom,
  signRequest,
  type UpdateReport,
  updateSchema,
} from '@legend-fl/protocol';
import { z } from 'zod';

/** What a coordinator answered. */
export interface Answer {
  readonly status: number;
  /** Of a refusal. */
  readonly problem: Problem | undefined;
  readonly text: string;
}

export interface RawRequest {
  readonly method?: string;
  readonly path: string;
  readonly body?: string | Uint8Array<ArrayBuffer> | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** Instead of one that is made for this request. */
  readonly credential?: string;
  /** Milliseconds by which the credential's time is off. */
  readonly offsetMs?: number;
  /** What the credential is made for, where that is another request. */
  readonly signed?: { readonly method?: string; readonly path?: string; readonly body?: string };
}

/** A party that holds a device's key and sends whatever it likes. */
export class RawDevice {
  readonly #url: string;
  readonly #key: DeviceKey;
  readonly id: string | undefined;

  constructor(url: string, key: DeviceKey, id: string | undefined) {
    this.#url = url;
    this.#key = key;
    this.id = id;
  }

  /** One that nobody has enrolled. */
  static async unknown(url: string, id = 'd-0123456789abcdef'): Promise<RawDevice> {
    return new RawDevice(url, await createDeviceKey({ extractable: true }), id);
  }

  /** A new one with a join token. */
  static async enrol(url: string, token: string): Promise<RawDevice> {
    const key = await createDeviceKey({ extractable: true });
    const runtime = { kind: 'node', about: 'test' };
    const body = JSON.stringify({ token, publicKey: await publicKeyOf(key), name: 'raw', runtime });
    const { status, text } = await new RawDevice(url, key, undefined).send({
      method: 'POST',
      path: '/v1/devices',
      body,
    });
    if (status !== 201) throw new Error(`Not enrolled: ${text}`);
    return new RawDevice(url, key, z.object({ device: z.string() }).parse(JSON.parse(text)).device);
  }

  /** The same device as one that runs with this state folder. */
  static async impersonate(url: string, stateFolder: string): Promise<RawDevice> {
    const { key, enrolled } = z
      .object({ key: privateKeySchema, enrolled: z.object({ device: z.string() }) })
      .parse(JSON.parse(await readFile(join(stateFolder, 'device.json'), 'utf8')));
    return new RawDevice(url, await importDeviceKey(key, { extractable: true }), enrolled.device);
  }

  credential({ method = 'GET', path, body, offsetMs = 0, signed = {} }: RawRequest): Promise<string> {
    const text = typeof body === 'string' ? body : undefined;
    return signRequest({
      key: this.#key,
      device: this.id,
      method: signed.method ?? method,
      path: signed.path ?? path,
      body: signed.body ?? text,
      now: Date.now() + offsetMs,
      random: secureRandom,
    });
  }

  /** Sends a request as it is given, over a connection of its own: nothing normalises its path or length. */
  async send(request: RawRequest): Promise<Answer> {
    const { method = 'GET', path, body = '', headers = {} } = request;
    const credential = request.credential ?? (await this.credential(request));
    const content = Buffer.from(typeof body === 'string' ? Buffer.from(body) : body);
    const lines = Object.entries({
      Host: new URL(this.#url).host,
      Connection: 'close',
      Authorization: `Bearer ${credential}`,
      'Content-Length': String(content.length),
      ...headers,
    }).map(([name, value]) => `${name}: ${value}\r\n`);
    return exchange(
      this.#url,
      Buffer.concat([Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`), content]),
    );
  }

  /** Uploads some bytes, whole unless told otherwise. */
  upload(bytes: Uint8Array<ArrayBuffer>, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.send({
      method: 'PATCH',
      path: `/v1/uploads/${hashOf(bytes)}`,
      body: bytes,
      headers: { 'Upload-Offset': '0', 'Upload-Length': String(bytes.length), ...headers },
    });
  }

  /** Hands a report in. */
  report(report: object): Promise<Answer> {
    return this.send({ method: 'POST', path: '/v1/updates', body: JSON.stringify(report) });
  }
}

export function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Writes bytes to a server, and reads until it closes the connection. */
async function exchange(url: string, request: Buffer): Promise<Answer> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const parts: Buffer[] = [];
  // A server that has refused does not read what is still to come.
  socket.on('error', () => {});
  socket.on('data', (part) => parts.push(part));
  socket.write(request);
  await once(socket, 'close');
  const [head = '', ...rest] = Buffer.concat(parts).toString('utf8').split('\r\n\r\n');
  const text = rest.join('\r\n\r\n');
  const status = Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1] ?? 0);
  return { status, text, problem: status >= 400 ? readProblem(text) : undefined };
}

function readProblem(text: string): Problem | undefined {
  try {
    return problemSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** The update that a device has finished and not yet handed in, from its state folder; undefined where there is none. */
export async function pendingUpdate(
  stateFolder: string,
): Promise<{ readonly report: UpdateReport; readonly message: Uint8Array<ArrayBuffer> } | undefined> {
  const bytes = await readFile(join(stateFolder, 'state.bin')).catch(() => undefined);
  if (bytes === undefined) return undefined;
  const start = 4 + bytes.readUInt32LE(0);
  const header = z
    .object({
      bytes: z.tuple([z.number(), z.number(), z.number()]),
      pending: z.object({ report: updateSchema }).nullable(),
    })
    .parse(JSON.parse(bytes.subarray(4, start).toString()));
  if (header.pending === null) return undefined;
  const message = bytes.subarray(start + header.bytes[0] + header.bytes[1]);
  return { report: header.pending.report, message: new Uint8Array(message) };
}
