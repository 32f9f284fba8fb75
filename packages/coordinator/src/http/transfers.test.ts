import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { limits, secureRandom, signRequest } from '@legend-fl/protocol';
import { describe, expect, test } from 'vitest';
import { problemOf, startTestServer, type TestServer, until } from './http-server.fixture.ts';

const hash = 'a'.repeat(64);
const path = `/v1/uploads/${hash}`;
const place = (offset: number | string, length: number | string) => ({
  'Upload-Offset': String(offset),
  'Upload-Length': String(length),
});

describe('an upload', () => {
  test('goes to the coordinator with its place', async () => {
    const server = await startTestServer();
    const bytes = new Uint8Array(3_000_000).fill(7);
    const answer = await server.sendAsDevice('PATCH', path, { bytes, headers: place(1_000_000, 5_000_000) });
    expect(await answer.json()).toEqual({ offset: 4_000_000, complete: false });
    expect(server.coordinator.calls).toEqual([
      ['appendUpload', 'device-1', { sha256: hash, offset: 1_000_000, length: 5_000_000, bytes: 3_000_000 }],
    ]);
  });

  test('tells how much of it has arrived', async () => {
    const server = await startTestServer();
    expect(await (await server.sendAsDevice('GET', path)).json()).toEqual({ offset: 0, complete: false });
  });

  test.each([
    [{}, 400, 'Upload-Offset, got nothing'],
    [{ 'Upload-Offset': '0' }, 400, 'Upload-Length, got nothing'],
    [place('-1', 10), 400, 'Upload-Offset, got -1'],
    [place('1e3', 10), 400, 'Upload-Offset, got 1e3'],
    [place(0, 'x'), 400, 'Upload-Length, got x'],
    [place(11, 10), 400, 'up to 10, got 11'],
    [place(0, limits.uploadBytes + 1), 413, `at most ${limits.uploadBytes} bytes`],
    [place(0, 10_000_000_000), 413, `at most ${limits.uploadBytes} bytes`],
    [place(8, 10), 413, 'at most the 2 bytes that are left'],
  ])('with the headers %j is refused', async (headers, status, message) => {
    const server = await startTestServer();
    const bytes = new Uint8Array(3);
    const problem = await problemOf(server.sendAsDevice('PATCH', path, { bytes, headers }));
    expect(problem.status).toBe(status);
    expect(problem.message).toContain(message);
    expect(server.coordinator.calls).toEqual([]);
  });

  test('of ten gigabytes is refused before its body is sent, and the connection closed', async () => {
    const server = await startTestServer();
    const socket = await startUpload(server, 'Content-Length: 10000000000', place(0, 10_000_000_000));
    const answer = await readAll(socket);
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toMatch(/connection: close/i);
    expect(server.coordinator.calls).toEqual([]);
  });

  test('of an untold length is refused where it gets longer than what is left', async () => {
    const server = await startTestServer();
    const socket = await startUpload(server, 'Transfer-Encoding: chunked\r\nConnection: close', place(0, 10));
    socket.write(`b\r\n${'x'.repeat(11)}\r\n0\r\n\r\n`);
    expect(await readAll(socket)).toMatch(/^HTTP\/1\.1 413 [\s\S]*at most the 10 bytes/);
    expect(server.coordinator.calls).toEqual([]);
  });

  test('of an untold length arrives whole', async () => {
    const server = await startTestServer();
    const socket = await startUpload(server, 'Transfer-Encoding: chunked\r\nConnection: close', place(0, 10));
    socket.write(`a\r\n${'x'.repeat(10)}\r\n0\r\n\r\n`);
    expect(await readAll(socket)).toContain('{"offset":10,"complete":true}');
  });

  test('is not read faster than the coordinator takes it', async () => {
    const server = await startTestServer();
    const { promise: goOn, resolve: letGo } = Promise.withResolvers<void>();
    const { promise: asked, resolve: ask } = Promise.withResolvers<IncomingMessage>();
    let taken = 0;
    server.coordinator.forDevices.appendUpload = async (_device, { body }) => {
      ask(body as IncomingMessage);
      await goOn;
      for await (const part of body) taken += (part as Buffer).length;
      return { offset: taken, complete: true };
    };
    const bytes = 100_000_000;
    const socket = await startUpload(
      server,
      `Content-Length: ${bytes}\r\nConnection: close`,
      place(0, bytes),
    );
    socket.write(Buffer.alloc(bytes));
    const source = await asked;
    // Time enough to read everything, were it read.
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(source.socket.bytesRead).toBeLessThan(1_000_000);
    letGo();
    expect(await readAll(socket)).toContain(`{"offset":${bytes},"complete":true}`);
  });

  test('whose device vanishes fails in the coordinator and disturbs nobody', async () => {
    const server = await startTestServer();
    let failure: unknown;
    server.coordinator.forDevices.appendUpload = async (_device, { body }) => {
      try {
        for await (const _ of body);
      } catch (error) {
        failure = error;
        throw error;
      }
      return { offset: 0, complete: false };
    };
    const socket = await startUpload(server, 'Content-Length: 100', place(0, 100));
    socket.write('x'.repeat(50), () => socket.destroy());
    await until(() => failure !== undefined);
    expect((await server.sendAsDevice('GET', path)).status).toBe(200);
    expect(server.log.join('')).not.toContain('"level":"error"');
  });

  test('that stops half-way is cut off', async () => {
    const server = await startTestServer({ limits: { idleMs: 100 } });
    const socket = await startUpload(server, 'Content-Length: 100', place(0, 100));
    socket.write('x'.repeat(50));
    expect(await readAll(socket)).toBe('');
  });
});

describe('a blob', () => {
  const bytes = randomBytes(300_000);

  async function offer(server: TestServer): Promise<string> {
    return `/v1/blobs/${await server.coordinator.offerBlob(bytes)}`;
  }

  test('comes whole, and says that it never changes', async () => {
    const server = await startTestServer();
    const answer = await server.sendAsDevice('GET', await offer(server));
    expect(answer.status).toBe(200);
    expect(answer.headers.get('Content-Length')).toBe('300000');
    expect(answer.headers.get('Cache-Control')).toMatch(/^private, .*immutable/);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    expect(answer.headers.get('ETag')).toBe(`"${sha256}"`);
    const received = new Uint8Array(await answer.arrayBuffer());
    expect(createHash('sha256').update(received).digest('hex')).toBe(sha256);
  });

  test.each([
    ['bytes=0-9', 0, 10],
    ['bytes=299990-', 299_990, 300_000],
    ['bytes=-5', 299_995, 300_000],
    ['bytes=100000-999999999', 100_000, 300_000],
  ])('comes in the range %s', async (range, start, end) => {
    const server = await startTestServer();
    const answer = await server.sendAsDevice('GET', await offer(server), { headers: { Range: range } });
    expect(answer.status).toBe(206);
    expect(answer.headers.get('Content-Range')).toBe(`bytes ${start}-${end - 1}/300000`);
    expect(Buffer.from(await answer.arrayBuffer()).equals(bytes.subarray(start, end))).toBe(true);
  });

  test('has no bytes after its end', async () => {
    const server = await startTestServer();
    const answer = await server.sendAsDevice('GET', await offer(server), {
      headers: { Range: 'bytes=300000-' },
    });
    expect(answer.headers.get('Content-Range')).toBe('bytes */300000');
    expect(answer.headers.get('Cache-Control')).toBe('no-store');
    expect(await problemOf(answer)).toMatchObject({ status: 416, code: 'range-unsatisfiable' });
  });

  test('comes whole where the range is of another content', async () => {
    const server = await startTestServer();
    const headers = { Range: 'bytes=0-9', 'If-Range': '"other"' };
    expect((await server.sendAsDevice('GET', await offer(server), { headers })).status).toBe(200);
  });

  test('is not sent again to whoever has it', async () => {
    const server = await startTestServer();
    const blob = await offer(server);
    const etag = (await server.sendAsDevice('HEAD', blob)).headers.get('ETag') ?? '';
    const answer = await server.sendAsDevice('GET', blob, { headers: { 'If-None-Match': etag } });
    expect(answer.status).toBe(304);
    expect(await answer.text()).toBe('');
  });

  test('tells its length to HEAD', async () => {
    const server = await startTestServer();
    const answer = await server.sendAsDevice('HEAD', await offer(server));
    expect(answer.status).toBe(200);
    expect(answer.headers.get('Content-Length')).toBe('300000');
    expect(await answer.text()).toBe('');
  });

  test('of no bytes comes too', async () => {
    const server = await startTestServer();
    const sha256 = await server.coordinator.offerBlob(new Uint8Array());
    const answer = await server.sendAsDevice('GET', `/v1/blobs/${sha256}`);
    expect([answer.status, await answer.text()]).toEqual([200, '']);
  });

  test('that is not offered, or is gone, is not found', async () => {
    const server = await startTestServer();
    expect(await problemOf(server.sendAsDevice('GET', `/v1/blobs/${hash}`))).toMatchObject({ status: 404 });
    server.coordinator.forDevices.findBlob = async () => ({ path: '/nowhere/blob', bytes: 3 });
    const problem = await problemOf(server.sendAsDevice('GET', `/v1/blobs/${hash}`));
    expect(problem).toMatchObject({ status: 404, code: 'not-found' });
    expect(problem.message).not.toContain('nowhere');
  });

  test('is cut off for a client that does not read, and for no other', async () => {
    // Long enough for a client that reads on a busy machine.
    const server = await startTestServer({ limits: { idleMs: 1500 } });
    const sha256 = await server.coordinator.offerBlob(new Uint8Array(100_000_000));
    const socket = await startRequest(server, 'GET', `/v1/blobs/${sha256}`, '');
    socket.pause();
    await until(() => server.coordinator.calls.length === 1);
    await new Promise((resolve) => setTimeout(resolve, 5000));
    socket.resume();
    expect((await readAll(socket)).length).toBeLessThan(50_000_000);
    const answer = await server.sendAsDevice('GET', `/v1/blobs/${sha256}`);
    expect((await answer.arrayBuffer()).byteLength).toBe(100_000_000);
  });
});

function startUpload(server: TestServer, header: string, headers: Record<string, string>) {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return startRequest(server, 'PATCH', path, `${header}\r\n${lines.join('')}`);
}

/** Sends the headers of a signed request, and gives the connection. */
async function startRequest(server: TestServer, method: string, target: string, headers: string) {
  const { device: key } = server;
  const request = { key, device: 'device-1', method, path: target, now: Date.now(), random: secureRandom };
  const credential = await signRequest(request);
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  socket.write(
    `${method} ${target} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${credential}\r\n${headers}\r\n`,
  );
  return socket;
}

/** All that comes until the connection closes. */
function readAll(socket: ReturnType<typeof connect>): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  let received = '';
  socket.setEncoding('utf8').on('data', (text: string) => {
    received += text;
  });
  socket.on('close', () => resolve(received));
  return promise;
}
