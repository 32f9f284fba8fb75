import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Problem } from '@legend-fl/protocol';
import { createDeviceKey, type DeviceKey, publicKeyOf, secureRandom, signRequest } from '@legend-fl/protocol';
import { onTestFinished } from 'vitest';
import type { SecretStore } from '../store/store.ts';
import { makeLogger } from './logger.ts';
import { createOperatorToken } from './operator-token.ts';
import type { Page } from './pages.ts';
import { makeRecordingCoordinator, type RecordingCoordinator } from './recording-coordinator.fixture.ts';
import { type HttpServerOptions, startHttpServer } from './start-http-server.ts';

/** A real server on a free port of this machine, with a device and an operator that it knows. */
export interface TestServer {
  readonly url: string;
  readonly coordinator: RecordingCoordinator;
  readonly secrets: SecretStore;
  readonly operatorToken: string;
  /** A device with a key, known as `device-1`. */
  readonly device: DeviceKey;
  /** Every line of the log so far. */
  readonly log: string[];
  close(): Promise<void>;
  /** Sends a request without any credential. */
  send(method: string, path: string, init?: Omit<RequestInit, 'method'>): Promise<Response>;
  /** Sends a request that the device has signed. */
  sendAsDevice(method: string, path: string, init?: DeviceRequest): Promise<Response>;
  sendAsOperator(method: string, path: string, body?: unknown): Promise<Response>;
}

export interface DeviceRequest {
  readonly body?: unknown;
  /** In place of a JSON body. */
  readonly bytes?: Uint8Array<ArrayBuffer>;
  readonly headers?: Record<string, string>;
  readonly signal?: AbortSignal;
  /** Milliseconds by which the device's clock is off. */
  readonly clockOffset?: number;
}

const page: Page = {
  type: 'text/html; charset=utf-8',
  bytes: Buffer.from('<!doctype html><title>Live</title>'),
};

export async function startTestServer(options: Partial<HttpServerOptions> = {}): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), 'legend-http-'));
  const coordinator = makeRecordingCoordinator(folder);
  const device = await createDeviceKey({ extractable: false });
  coordinator.known.set('device-1', { key: await publicKeyOf(device), revoked: false });
  const secrets = makeSecretStore();
  const operatorToken = await createOperatorToken(secrets, secureRandom);
  if (operatorToken === null) throw new Error('The store was not empty.');
  const log: string[] = [];
  const server = await startHttpServer({
    coordinator,
    secrets,
    pages: new Map([['/', page]]),
    pageFolder: join(folder, 'pages'),
    host: '127.0.0.1',
    port: 0,
    logger: makeLogger({ level: 'debug', stream: { write: (line) => log.push(line) } }),
    ...options,
  });
  onTestFinished(() => server.close());
  const { url } = server;
  const send = (method: string, path: string, init: Omit<RequestInit, 'method'> = {}) =>
    fetch(`${url}${path}`, { method, ...init });
  return {
    url,
    coordinator,
    secrets,
    operatorToken,
    device,
    log,
    close: () => server.close(),
    send,
    async sendAsDevice(method, path, { body, bytes, headers = {}, signal, clockOffset = 0 } = {}) {
      const text = body === undefined ? undefined : JSON.stringify(body);
      const credential = await signRequest({
        key: device,
        device: 'device-1',
        method,
        path,
        body: text,
        now: Date.now() + clockOffset,
        random: secureRandom,
      });
      return send(method, path, {
        headers: { Authorization: `Bearer ${credential}`, ...headers },
        body: bytes ?? text ?? null,
        ...(signal && { signal }),
      });
    },
    sendAsOperator: (method, path, body) =>
      send(method, path, {
        headers: { Authorization: `Bearer ${operatorToken}` },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
  };
}

export async function problemOf(answer: Response | Promise<Response>): Promise<Problem & { status: number }> {
  const response = await answer;
  return { status: response.status, ...((await response.json()) as Problem) };
}

/** Waits until something is so. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

export function makeSecretStore(): SecretStore {
  const values = new Map<string, string>();
  return {
    get: async (name) => values.get(name),
    async keepFirst(name, value) {
      const kept = values.get(name) ?? value;
      values.set(name, kept);
      return kept;
    },
    async replace(name, value) {
      values.set(name, value);
    },
  };
}
