import { connect } from 'node:net';
import { InputError } from '@legend-fl/base';
import { WriteError } from '@legend-fl/base/node';
import { problemSchema, secureRandom, signRequest } from '@legend-fl/protocol';
import { describe, expect, test } from 'vitest';
import { Refusal } from '../refusals/refusal.ts';
import { problemOf, startTestServer } from './http-server.fixture.ts';

const beat = { run: 'run-1', activity: 'idle', round: null, step: 0, steps: 0, loss: null };

describe('the protocol version', () => {
  test('may be left out or be one that is spoken', async () => {
    const server = await startTestServer();
    expect((await server.send('GET', '/v1')).status).toBe(200);
    expect((await server.send('GET', '/v1', { headers: { 'Legend-Protocol': '1' } })).status).toBe(200);
  });

  test('that is not spoken is refused with those that are, whatever the route', async () => {
    const server = await startTestServer();
    for (const version of ['2', '0', 'x', '1.5', '']) {
      for (const path of ['/v1', '/v1/assignment', '/v1/operator/runs', '/v1/nothing']) {
        const answer = server.send('GET', path, { headers: { 'Legend-Protocol': version } });
        expect(await problemOf(answer)).toMatchObject({
          status: 426,
          code: 'protocol-unsupported',
          supported: [1],
        });
      }
    }
  });
});

describe('a request', () => {
  test('is answered with what the coordinator answers', async () => {
    const server = await startTestServer();
    const answer = await server.sendAsDevice('POST', '/v1/heartbeat', { body: beat });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ assigned: true });
    expect(server.coordinator.calls).toEqual([['heartbeat', 'device-1', beat]]);
    expect(answer.headers.get('Cache-Control')).toBe('no-store');
    expect(answer.headers.get('X-Content-Type-Options')).toBe('nosniff');
    expect(answer.headers.get('Strict-Transport-Security')).toBeNull();
  });

  test('for a path or method that there is not is refused', async () => {
    const server = await startTestServer();
    expect(await problemOf(server.send('GET', '/v1/nothing'))).toMatchObject({
      status: 404,
      code: 'not-found',
    });
    expect(await problemOf(server.send('GET', '/nothing'))).toMatchObject({ status: 404, code: 'not-found' });
    const answer = await server.send('PUT', '/v1/devices');
    expect(answer.headers.get('Allow')).toBe('POST');
    expect(await problemOf(answer)).toMatchObject({ status: 405, code: 'method-not-allowed' });
    expect(await problemOf(server.send('DELETE', '/'))).toMatchObject({ status: 405 });
    expect((await server.sendAsDevice('HEAD', '/v1/assignment')).status).toBe(405);
  });

  test.each([
    ['{"run":"run-1"}', /^body: activity: expected /],
    [JSON.stringify({ ...beat, step: -1 }), /body: step: expected a number at least 0, got -1/],
    [JSON.stringify({ ...beat, extra: 1 }), /unknown key "extra"/],
    [JSON.stringify({ ...beat, run: '../etc' }), /body: run: expected lower-case letters/],
    ['{', /Expected a body of JSON/],
    ['', /Expected a body of JSON, got nothing/],
    ['[]', /body: expected a group of keys, got \[\]/],
    [`{"a":${'['.repeat(30_000)}${']'.repeat(30_000)}}`, /nested at most 32 levels/],
    [`"${'['.repeat(100)}\\"["`, /body: expected a group of keys/],
    ['{"__proto__":{"run":"x"}}', /unknown key "__proto__"/],
  ])('with the body %.40s is refused with what was expected', async (body, message) => {
    const server = await startTestServer();
    const path = '/v1/heartbeat';
    const request = { key: server.device, device: 'device-1', method: 'POST', path, body, now: Date.now() };
    const credential = await signRequest({ ...request, random: secureRandom });
    const answer = server.send('POST', path, { headers: { Authorization: `Bearer ${credential}` }, body });
    const problem = await problemOf(answer);
    expect(problem).toMatchObject({ status: 400, code: 'request-invalid' });
    expect(problem.message).toMatch(message);
    expect(server.coordinator.calls).toEqual([]);
  });

  test('with a body that is no UTF-8 or is compressed is refused', async () => {
    const server = await startTestServer();
    const bytes = Uint8Array.of(0x22, 0xff, 0x22);
    const answer = server.send('POST', '/v1/operator/sessions', { body: bytes });
    expect(await problemOf(answer)).toMatchObject({ status: 400, message: expect.stringContaining('UTF-8') });
    const zipped = server.send('POST', '/v1/operator/sessions', {
      body: bytes,
      headers: { 'Content-Encoding': 'gzip' },
    });
    expect(await problemOf(zipped)).toMatchObject({ status: 400, message: expect.stringContaining('gzip') });
  });

  test.each([
    ['/v1/runs/..%2f..%2fetc%2fpasswd', 'path: run: expected lower-case letters'],
    ['/v1/runs/%2e%2e%2frun-1', 'path: run: expected lower-case letters'],
    ['/v1/runs/run-1%00', 'path: run: expected lower-case letters'],
    ['/v1/runs/RUN', 'path: run: expected lower-case letters'],
    ['/v1/runs/%zz', 'path: run: expected lower-case letters'],
    [`/v1/runs/${'a'.repeat(101)}`, 'path: run: expected a text of at most 100 characters'],
    ['/v1/blobs/..%2f..%2fcoordinator.sqlite', 'path: sha256: expected a SHA-256'],
    [`/v1/blobs/${'A'.repeat(64)}`, 'path: sha256: expected a SHA-256'],
    [`/v1/uploads/${'a'.repeat(63)}%2f`, 'path: sha256: expected a SHA-256'],
    ['/v1/assignment?wait=1000', 'query: wait: expected a number at most 60'],
    ['/v1/assignment?wait=x', 'query: wait: expected a finite number'],
  ])('for %s is refused', async (path, message) => {
    const server = await startTestServer();
    const problem = await problemOf(server.sendAsDevice('GET', path));
    expect(problem).toMatchObject({ status: 400, code: 'request-invalid' });
    expect(problem.message).toContain(message);
    expect(server.coordinator.calls).toEqual([]);
  });

  test('for a file of the adapter that is none is refused', async () => {
    const server = await startTestServer();
    const answer = server.sendAsOperator('GET', '/v1/operator/runs/run-1/adapter/..%2fsecret');
    expect(await problemOf(answer)).toMatchObject({ status: 400, code: 'request-invalid' });
  });
});

describe('a body that is too long', () => {
  test('is refused before it is read, when its length is told', async () => {
    const server = await startTestServer();
    const raw = await exchange(server.url, [
      'POST /v1/operator/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000000\r\n\r\n',
    ]);
    expect(raw).toMatch(/^HTTP\/1\.1 413 /);
    expect(raw).toContain('"code":"body-too-long"');
    expect(raw).toMatch(/connection: close/i);
  });

  test('is refused when it gets too long, when its length is not told', async () => {
    const server = await startTestServer();
    const chunk = `8000\r\n${'x'.repeat(0x8000)}\r\n`;
    const raw = await exchange(server.url, [
      'POST /v1/operator/sessions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n',
      chunk.repeat(4),
    ]);
    expect(raw).toMatch(/^HTTP\/1\.1 413 /);
  });
});

describe('a slow client', () => {
  test('is told when its body does not come', async () => {
    const server = await startTestServer({ limits: { bodyMs: 100 } });
    const raw = await exchange(server.url, [
      'POST /v1/operator/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"to',
    ]);
    expect(raw).toMatch(/^HTTP\/1\.1 400 /);
    expect(raw).toContain('within 0.1 seconds');
  });

  test('is cut off when its headers do not come', async () => {
    const server = await startTestServer({ limits: { headersMs: 100 } });
    expect(await exchange(server.url, ['GET /v1 HTTP/1.1\r\nHost: x\r\nX-Slow: '])).toMatch(
      /^HTTP\/1\.1 408 /,
    );
  });

  test('is refused when its headers are too long', async () => {
    const server = await startTestServer();
    const header = `X-Long: ${'x'.repeat(17_000)}\r\n`;
    expect(await exchange(server.url, [`GET /v1 HTTP/1.1\r\nHost: x\r\n${header}\r\n`])).toMatch(
      /^HTTP\/1\.1 431 /,
    );
  });

  test('that leaves in the middle of its body disturbs nobody', async () => {
    const server = await startTestServer();
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    socket.write('POST /v1/operator/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"to', () =>
      socket.destroy(),
    );
    await new Promise((resolve) => socket.once('close', resolve));
    expect((await server.send('GET', '/v1')).status).toBe(200);
    expect(server.log.join('')).not.toContain('"level":"error"');
  });
});

test('a request without a host is refused', async () => {
  const server = await startTestServer();
  expect(await exchange(server.url, ['GET /v1 HTTP/1.0\r\n\r\n'])).toMatch(/^HTTP\/1\.1 400 /);
});

describe('what goes wrong in the coordinator', () => {
  const full = Object.assign(new Error('no space left'), { code: 'ENOSPC' });

  test.each([
    [new Refusal('old-round', 'The round is over.'), 409, 'old-round'],
    [new Refusal('upload-offset', 'Go on from 7.', { offset: 7 }), 409, 'upload-offset'],
    [new WriteError('/data/blob', full), 507, 'disk-full'],
    [full, 507, 'disk-full'],
    [new Error('secret path /data/x'), 500, 'failed'],
    [{ thrown: 'no error' }, 500, 'failed'],
  ])('%s is told as a problem', async (failure, status, code) => {
    const server = await startTestServer();
    server.coordinator.failure = failure;
    const problem = await problemOf(server.sendAsDevice('POST', '/v1/heartbeat', { body: beat }));
    expect(problem).toMatchObject({ status, code });
    expect(problemSchema.parse(problem)).toMatchObject({ code });
    expect(JSON.stringify(problem)).not.toContain('/data');
    if (code === 'upload-offset') expect(problem.offset).toBe(7);
    if (code === 'failed') expect(server.log.join('')).toContain('"level":"error"');
  });

  test('bad settings of a run are told as they were found', async () => {
    const server = await startTestServer();
    server.coordinator.failure = new InputError({
      code: 'run-invalid',
      expected: 'a number',
      got: '"x"',
      where: 'rounds',
      todo: 'Correct it.',
    });
    const problem = await problemOf(server.sendAsOperator('POST', '/v1/operator/runs', { rounds: 'x' }));
    expect(problem).toMatchObject({ status: 400, code: 'request-invalid' });
    expect(problem.message).toBe('rounds: expected a number, got "x". Correct it.');
  });
});

/** Sends bytes as they are, and gives all that comes back until the connection closes. */
function exchange(url: string, parts: readonly string[]): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  let received = '';
  socket.setEncoding('utf8').on('data', (text: string) => {
    received += text;
  });
  socket.on('close', () => resolve(received)).on('error', (error) => received === '' && reject(error));
  for (const part of parts) socket.write(part);
  return promise;
}
