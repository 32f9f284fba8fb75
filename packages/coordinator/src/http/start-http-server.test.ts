import { readFile, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { InputError } from '@legend-fl/base';
import { describe, expect, test } from 'vitest';
import { startTestServer } from './http-server.fixture.ts';
import { loadCertificate } from './load-certificate.ts';

const file = (name: string) =>
  fileURLToPath(new URL(`../../../../testdata/certificates/${name}`, import.meta.url));
const certFile = file('localhost.pem');
const keyFile = file('localhost-key.pem');
const now = Date.now();
const inputError = (code: string) => expect.objectContaining({ name: 'InputError', code });

describe('a server with a certificate', () => {
  test('speaks TLS, and asks browsers to keep to it', async () => {
    const tls = await loadCertificate({ certFile, keyFile, now });
    const server = await startTestServer({ tls });
    expect(server.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    const answer = await get(`${server.url}/v1`, await readFile(certFile, 'utf8'));
    expect(answer.status).toBe(200);
    expect(answer.headers['strict-transport-security']).toBe('max-age=31536000');
    const host = server.url.replace('https:', 'http:');
    await expect(fetch(`${host}/v1`)).rejects.toThrow();
  });

  test('may be reached from other machines', async () => {
    const tls = await loadCertificate({ certFile, keyFile, now });
    const server = await startTestServer({ tls, host: '0.0.0.0' });
    expect(server.url).toMatch(/^https:\/\/0\.0\.0\.0:/);
  });

  test('sends its session’s cookie over TLS only', async () => {
    const tls = await loadCertificate({ certFile, keyFile, now });
    const server = await startTestServer({ tls });
    const body = JSON.stringify({ token: server.operatorToken });
    const ca = await readFile(certFile, 'utf8');
    const answer = await get(`${server.url}/v1/operator/sessions`, ca, { method: 'POST', body });
    expect(answer.headers['set-cookie']?.[0]).toMatch(/Secure/);
  });
});

describe('a server without one', () => {
  test.each(['0.0.0.0', '::', '192.0.2.1', 'example.org'])('does not listen on %s', async (host) => {
    const failure = await startTestServer({ host }).catch((error: unknown) => error);
    expect(failure).toEqual(inputError('plain-http'));
    expect((failure as InputError).message).toMatch(/--tls-cert.*reverse proxy.*--allow-plain-http/);
  });

  test.each(['127.0.0.1', 'localhost'])('listens on %s', async (host) => {
    const server = await startTestServer({ host });
    expect((await server.send('GET', '/v1')).status).toBe(200);
  });

  test('listens anywhere when told so by name', async () => {
    const server = await startTestServer({ host: '0.0.0.0', allowPlainHttp: true });
    expect((await server.send('GET', '/v1')).status).toBe(200);
  });
});

describe('an address that cannot be had', () => {
  test('is one that is in use', async () => {
    const { url } = await startTestServer();
    const second = startTestServer({ port: Number(new URL(url).port) });
    await expect(second).rejects.toEqual(inputError('port-in-use'));
  });

  test('is one of another machine', async () => {
    const server = startTestServer({ host: '192.0.2.1', allowPlainHttp: true });
    await expect(server).rejects.toEqual(inputError('host-unknown'));
  });
});

describe('a certificate', () => {
  const load = (change: Partial<Parameters<typeof loadCertificate>[0]>) =>
    loadCertificate({ certFile, keyFile, now, ...change });

  test('that is not there, or is none, is refused', async () => {
    const text = join(tmpdir(), 'legend-no-certificate.pem');
    await writeFile(text, 'no certificate');
    await expect(load({ certFile: '/nowhere.pem' })).rejects.toEqual(inputError('certificate-unreadable'));
    await expect(load({ keyFile: '/nowhere.pem' })).rejects.toEqual(inputError('certificate-unreadable'));
    await expect(load({ certFile: text })).rejects.toEqual(inputError('certificate-invalid'));
    await expect(load({ keyFile: text })).rejects.toEqual(inputError('certificate-invalid'));
    await expect(load({ keyFile: certFile })).rejects.toEqual(inputError('certificate-invalid'));
  });

  test('with the key of another is refused', async () => {
    const failure = load({ keyFile: file('other-key.pem') });
    await expect(failure).rejects.toEqual(inputError('certificate-invalid'));
    await expect(failure).rejects.toThrow(/the key of another certificate/);
  });

  test('that counts no longer, or not yet, is refused', async () => {
    for (const then of [Date.UTC(2300, 0), Date.UTC(2000, 0)]) {
      await expect(load({ now: then })).rejects.toEqual(inputError('certificate-expired'));
    }
  });
});

/** A request that trusts this one certificate. */
async function get(
  url: string,
  ca: string,
  { method = 'GET', body = '' }: { readonly method?: string; readonly body?: string } = {},
) {
  const { promise, resolve, reject } = Promise.withResolvers<{
    status: number | undefined;
    headers: Record<string, string | string[] | undefined>;
  }>();
  request(url, { ca, method, agent: false }, (answer) => {
    answer.resume();
    resolve({ status: answer.statusCode, headers: answer.headers });
  })
    .on('error', reject)
    .end(body);
  return promise;
}
