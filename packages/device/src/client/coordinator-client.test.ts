import { createDeviceKey, secureRandom } from '@legend-fl/protocol';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FaultyCoordinator } from '../testing/faulty-coordinator.ts';
import { type ClientOptions, connect } from './coordinator-client.ts';
import type { ConnectionStatus } from './transport.ts';

const key = await createDeviceKey({ extractable: true });
const enrolment = { token: 'lj_x', name: 'desk', runtime: { kind: 'node', about: 'cpu' } } as const;
const beat = { run: 'run-1', activity: 'idle', round: null, step: 0, steps: 0, loss: null } as const;
const options = { signal: new AbortController().signal };

let server: FaultyCoordinator;
/** Milliseconds of every wait; none of them is waited. */
let waits: number[];

beforeEach(async () => {
  server = new FaultyCoordinator();
  await server.start();
  waits = [];
});
afterEach(() => server.stop());

function newClient(changes: Partial<ClientOptions> = {}) {
  const sleep = async (ms: number, signal: AbortSignal): Promise<void> => {
    waits.push(ms);
    signal.throwIfAborted();
  };
  const parts = { url: server.url, key, fetch, now: Date.now, random: secureRandom, sleep };
  return connect({ ...parts, ...changes });
}

async function enrolledClient(changes: Partial<ClientOptions> = {}) {
  const client = newClient(changes);
  await client.enrol(enrolment, options);
  return client;
}

describe('a client', () => {
  test('enrols, and speaks in the name of the device from then on', async () => {
    const client = newClient();
    expect(client.device).toBeUndefined();
    expect(await client.enrol(enrolment, options)).toEqual({ device: 'device-1', run: 'run-1' });
    expect(client.device).toBe('device-1');
    expect(await client.heartbeat(beat, options)).toEqual({ assigned: true });
    expect(server.received.map(({ path }) => path)).toEqual(['/v1/devices', '/v1/heartbeat']);
  });

  test('takes an address that ends in a slash', async () => {
    const client = newClient({ url: `${server.url}/` });
    expect((await client.status(options)).versions).toEqual([1]);
  });

  test.each([[-3_600_000], [3_600_000], [5_000]])('whose clock is off by %i ms sets it', async (offset) => {
    server.clockOffsetMs = offset;
    const client = await enrolledClient();
    await client.heartbeat(beat, options);
    const repeated = server.requests(/devices/).length - 1;
    // A little slow is not noticed; the rest costs one more request, and only the first time.
    expect(repeated).toBe(offset === 5_000 ? 0 : 1);
    expect(server.requests(/heartbeat/)).toHaveLength(1);
    expect(waits).toEqual([]);
  });

  test('makes another credential for one that was seen before', async () => {
    const client = await enrolledClient();
    server.breakDown(/heartbeat/, { kind: 'refuse', code: 'credential-replayed' });
    await expect(client.heartbeat(beat, options)).resolves.toEqual({ assigned: true });
  });

  test('waits as long as it is asked to', async () => {
    const client = await enrolledClient();
    const later = new Date(Date.now() + 20_000).toUTCString();
    server.breakDown(
      /heartbeat/,
      { kind: 'refuse', code: 'too-many-requests', retryAfter: '7' },
      { kind: 'foreign', status: 503, headers: { 'Retry-After': later } },
    );
    await client.heartbeat(beat, options);
    expect(waits).toHaveLength(2);
    expect(waits[0]).toBeGreaterThanOrEqual(7_000);
    expect(waits[0]).toBeLessThan(12_000);
    expect(waits[1]).toBeGreaterThan(18_000);
  });

  test('tries again ever more slowly, and tells that it does', async () => {
    const client = await enrolledClient();
    const seen: ConnectionStatus[] = [];
    const stop = client.watch((status) => seen.push(status));
    server.breakDown(
      /heartbeat/,
      { kind: 'cut' },
      { kind: 'cut-answer' },
      { kind: 'foreign', status: 502 },
      { kind: 'refuse', code: 'shutting-down' },
      { kind: 'refuse', code: 'failed' },
    );
    await client.heartbeat(beat, options);
    expect(seen.map(({ type }) => type)).toEqual([...new Array(5).fill('retrying'), 'restored']);
    for (const [repetition, wait] of waits.entries()) {
      expect(wait).toBeGreaterThanOrEqual(250 * 2 ** repetition);
      expect(wait).toBeLessThanOrEqual(500 * 2 ** repetition);
    }
    stop();
    server.breakDown(/heartbeat/, { kind: 'cut' });
    await client.heartbeat(beat, options);
    expect(seen).toHaveLength(6);
  });

  test('outlives a coordinator that is away', async () => {
    const client = await enrolledClient({
      sleep: async (ms) => {
        waits.push(ms);
        if (waits.length === 3) await server.start(port);
      },
    });
    const port = Number(new URL(server.url).port);
    await server.stop();
    await expect(client.heartbeat(beat, options)).resolves.toEqual({ assigned: true });
    expect(waits).toHaveLength(3);
  });

  test('gives up when its caller does', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const client = await enrolledClient({ sleep: async () => controller.abort(reason) });
    server.breakDown(/heartbeat/, { kind: 'cut' }, { kind: 'cut' });
    await expect(client.heartbeat(beat, { signal: controller.signal })).rejects.toBe(reason);
    await expect(client.heartbeat(beat, { signal: controller.signal })).rejects.toBe(reason);
    expect(server.requests(/heartbeat/)).toEqual([]);
  });

  test('does not try again where it is not to', async () => {
    const client = await enrolledClient();
    server.breakDown(/heartbeat/, { kind: 'cut' }, { kind: 'refuse', code: 'shutting-down' });
    const once = { ...options, retry: false };
    await expect(client.heartbeat(beat, once)).rejects.toMatchObject({
      name: 'ConnectionError',
      code: 'unreachable',
      cause: expect.any(Error),
    });
    await expect(client.heartbeat(beat, once)).rejects.toMatchObject({ code: 'shutting-down', status: 503 });
    expect(waits).toEqual([]);
  });

  test('tells what it was refused for', async () => {
    const client = await enrolledClient();
    server.breakDown(/heartbeat/, { kind: 'refuse', code: 'device-revoked' });
    await expect(client.heartbeat(beat, options)).rejects.toMatchObject({
      name: 'ProtocolError',
      code: 'device-revoked',
      status: 403,
      message: 'Refused: device-revoked.',
    });
  });

  test.each([
    [{ kind: 'foreign', status: 404 }, /status 404/],
    [{ kind: 'foreign', status: 200, body: '<html>sign in</html>' }, /not as the protocol has it/],
    [{ kind: 'foreign', status: 200, body: '{"assigned":"yes"}' }, /not as the protocol has it/],
    [
      { kind: 'foreign', status: 301, headers: { Location: 'https://x.test/' } },
      /redirection to https:\/\/x.test/,
    ],
  ] as const)('knows that %j is no coordinator', async (fault, message) => {
    const client = await enrolledClient();
    server.breakDown(/heartbeat/, fault);
    const answer = client.heartbeat(beat, options);
    await expect(answer).rejects.toMatchObject({ name: 'ConnectionError', code: 'foreign-answer' });
    await expect(answer).rejects.toThrow(message);
  });

  test('says why nobody can be reached', async () => {
    const client = await enrolledClient();
    await server.stop();
    await expect(client.heartbeat(beat, { ...options, retry: false })).rejects.toThrow(/ECONNREFUSED/);
  });

  test('goes by the status of a refusal whose reason only a later version knows', async () => {
    const client = await enrolledClient();
    const body = JSON.stringify({ code: 'moon-full', message: 'The moon is full.', serverTime: 0, phase: 1 });
    server.breakDown(/heartbeat/, { kind: 'foreign', status: 503, headers: { 'Retry-After': '9' }, body });
    await client.heartbeat(beat, options);
    expect(waits[0]).toBeGreaterThanOrEqual(9_000);
    server.breakDown(/heartbeat/, { kind: 'foreign', status: 409, body });
    await expect(client.heartbeat(beat, options)).rejects.toMatchObject({
      name: 'ProtocolError',
      code: 'unknown-code',
      status: 409,
      message: 'The moon is full.',
      problem: { code: 'moon-full' },
    });
  });

  test('is not kept waiting by uploads that it may not make', async () => {
    const client = await enrolledClient();
    server.breakDown(/uploads/, { kind: 'refuse', code: 'too-many-uploads', retryAfter: '60' });
    const upload = client.upload(new Uint8Array(3), 'a'.repeat(64), options);
    await expect(upload).rejects.toMatchObject({ code: 'too-many-uploads', status: 429 });
    expect(waits).toEqual([]);
  });

  test('asks for assignments until one comes', async () => {
    const client = await enrolledClient();
    server.assignments.push({ kind: 'finished', run: 'run-1', reason: 'all rounds done' });
    expect(await client.nextAssignment(3, options)).toMatchObject({ kind: 'finished' });
    expect(await client.nextAssignment(3, options)).toBeNull();
    expect(server.requests(/assignment/).map(({ path }) => path)).toEqual(
      new Array(2).fill('/v1/assignment?wait=3'),
    );
  });
});
