import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from 'vitest';
import { startTestServer } from './http-server.fixture.ts';

const half = randomBytes(150_000);
/** Compresses to a half. */
const content = Buffer.concat([half, half.map(() => 7)]);

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'legend-pages-'));
  file = join(folder, 'module.wasm');
  await writeFile(file, content);
});

/** Serves the content from memory and from its file; what is compressed is kept in `kept`. */
const serve = () =>
  startTestServer({
    pages: new Map([
      ['/bytes', { type: 'text/plain', bytes: content }],
      ['/file', { type: 'application/wasm', path: file, headers: { 'Cache-Control': 'immutable' } }],
    ]),
    pageFolder: join(folder, 'kept'),
  });
const kept = () => readdir(join(folder, 'kept')).catch(() => []);

/** Not with fetch, which names encodings by itself and undoes them. */
async function get(url: string, headers: Record<string, string> = {}, method = 'GET') {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  request(url, { method, headers }, resolve).on('error', reject).end();
  const answer = await promise;
  return { status: answer.statusCode, headers: answer.headers, body: await buffer(answer) };
}

const gzip = { 'accept-encoding': 'gzip, deflate, br' };

describe.each(['/bytes', '/file'])('%s', (path) => {
  test('comes as it is to who takes no gzip', async () => {
    const { url } = await serve();
    for (const headers of [{}, { 'accept-encoding': 'br' }, { 'accept-encoding': 'gzip;q=0, br' }]) {
      const answer = await get(`${url}${path}`, headers);
      expect(answer.body.equals(content)).toBe(true);
      expect(answer.headers['content-encoding']).toBeUndefined();
      expect(answer.headers['content-length']).toBe(String(content.byteLength));
    }
    expect(await kept()).toEqual([]);
  });

  test('comes compressed to who takes gzip', async () => {
    const { url } = await serve();
    const answers = await Promise.all([1, 2, 3].map(() => get(`${url}${path}`, gzip)));
    for (const { body, headers } of answers) {
      expect(headers['content-encoding']).toBe('gzip');
      expect(headers.vary).toBe('Accept-Encoding');
      expect(body.byteLength).toBeLessThan(content.byteLength * 0.6);
      expect(gunzipSync(body).equals(content)).toBe(true);
    }
    const head = await get(`${url}${path}`, gzip, 'HEAD');
    expect(head.headers['content-length']).toBe(String(answers[0]?.body.byteLength));
    expect(head.body.byteLength).toBe(0);
  });

  test('is not sent again to who has it', async () => {
    const { url } = await serve();
    const etags = new Set<string>();
    for (const headers of [gzip, {}]) {
      const { etag = '' } = (await get(`${url}${path}`, headers)).headers;
      etags.add(etag);
      const again = await get(`${url}${path}`, { ...headers, 'if-none-match': etag });
      expect([again.status, again.body.byteLength]).toEqual([304, 0]);
    }
    expect(etags.size).toBe(2);
  });
});

test('a compressed file is found again after a restart', async () => {
  const first = await serve();
  const { body } = await get(`${first.url}/file`, gzip);
  await first.close();
  const [name = '', ...others] = await kept();
  expect(others).toEqual([]);
  await writeFile(join(folder, 'kept', name), Buffer.concat([body, Buffer.of(0)]));
  const second = await serve();
  expect((await get(`${second.url}/file`, gzip)).body.byteLength).toBe(body.byteLength + 1);
});

test('a file that is gone is a failure of the server, until it is back', async () => {
  const { url } = await serve();
  await rm(file);
  expect((await get(`${url}/file`, gzip)).status).toBe(500);
  await writeFile(file, content);
  expect((await get(`${url}/file`, gzip)).status).toBe(200);
  expect((await kept()).filter((name) => name.endsWith('.part'))).toEqual([]);
});
