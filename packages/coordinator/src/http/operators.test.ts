import type { ProblemCode } from '@legend-fl/protocol';
import {
  createDeviceKey,
  describeProtocol,
  publicKeyOf,
  secureRandom,
  signRequest,
} from '@legend-fl/protocol';
import { describe, expect, test } from 'vitest';
import { Refusal } from '../refusals/refusal.ts';
import { makeSecretStore, problemOf, startTestServer, type TestServer } from './http-server.fixture.ts';
import { createOperatorToken, replaceOperatorToken } from './operator-token.ts';
import { runView } from './recording-coordinator.fixture.ts';

function signIn(server: TestServer, token: string, headers: Record<string, string> = {}): Promise<Response> {
  return server.send('POST', '/v1/operator/sessions', { body: JSON.stringify({ token }), headers });
}

const runtime = { kind: 'node', about: 'cpu' };
const beat = { run: 'run-1', activity: 'idle', round: null, step: 0, steps: 0, loss: null };
const capacity = {
  forwardSecondsPerBlock: 1,
  backwardSecondsPerBlock: 2,
  uploadSecondsPerByte: 0.1,
  downloadSecondsPerByte: 0.1,
  memoryBytes: 1e9,
};

async function cookieOf(answer: Response | Promise<Response>): Promise<string> {
  return (await answer).headers.get('Set-Cookie')?.split(';')[0] ?? '';
}

describe('an operator token', () => {
  test('is made once, told once, and kept as a hash', async () => {
    const secrets = makeSecretStore();
    const token = await createOperatorToken(secrets, secureRandom);
    expect(token).toMatch(/^lo_/);
    expect(await createOperatorToken(secrets, secureRandom)).toBeNull();
    expect(await secrets.get('operator-token-hash')).toMatch(/^[0-9a-f]{64}$/);
  });

  test('lets in as a bearer token', async () => {
    const server = await startTestServer();
    const answer = await server.sendAsOperator('GET', '/v1/operator/runs');
    expect(await answer.json()).toEqual([runView]);
  });

  test('that has been replaced lets nobody in, nor do the sessions that it began', async () => {
    const server = await startTestServer();
    const cookie = await cookieOf(signIn(server, server.operatorToken));
    const token = await replaceOperatorToken(server.secrets, secureRandom);
    expect((await server.sendAsOperator('GET', '/v1/operator/runs')).status).toBe(401);
    expect((await server.send('GET', '/v1/operator/runs', { headers: { cookie } })).status).toBe(401);
    expect((await signIn(server, server.operatorToken)).status).toBe(403);
    expect((await signIn(server, token)).status).toBe(201);
  });
});

describe('a session', () => {
  test('begins with the token, in a cookie that scripts and other sites do not get', async () => {
    const server = await startTestServer();
    const answer = await signIn(server, server.operatorToken);
    expect(answer.status).toBe(201);
    const cookie = answer.headers.get('Set-Cookie') ?? '';
    expect(cookie).toMatch(/HttpOnly/);
    expect(cookie).toMatch(/SameSite=Strict/);
    expect(cookie).not.toMatch(/Secure/);
    expect(cookie).not.toContain(server.operatorToken);
    const headers = { cookie: await cookieOf(answer) };
    expect((await server.send('GET', '/v1/operator/runs', { headers })).status).toBe(200);
  });

  test('behind a proxy with TLS travels over TLS only', async () => {
    const server = await startTestServer({ trustedProxy: true });
    const answer = await signIn(server, server.operatorToken, { 'X-Forwarded-Proto': 'https' });
    expect(answer.headers.get('Set-Cookie')).toMatch(/Secure/);
    expect(answer.headers.get('Strict-Transport-Security')).not.toBeNull();
  });

  test('changes something only with a header that no other site can send', async () => {
    const server = await startTestServer();
    const cookie = await cookieOf(signIn(server, server.operatorToken));
    const changes = [
      ['POST', '/v1/operator/runs', '{"strategy":"legend"}'],
      ['POST', '/v1/operator/runs/run-1/stop', undefined],
      ['POST', '/v1/operator/tokens', '{"run":"run-1"}'],
      ['DELETE', '/v1/operator/tokens/token-1', undefined],
      ['DELETE', '/v1/operator/devices/device-1', undefined],
      ['POST', '/v1/operator/devices/device-1/quarantine', undefined],
      ['DELETE', '/v1/operator/devices/device-1/quarantine', undefined],
      ['DELETE', '/v1/operator/sessions', undefined],
    ] as const;
    for (const [method, path, body = null] of changes) {
      const answer = server.send(method, path, { headers: { cookie }, body });
      expect(await problemOf(answer)).toMatchObject({ status: 403, code: 'operator-only' });
    }
    expect(server.coordinator.calls).toEqual([]);
    for (const [method, path, body = null] of changes) {
      const answer = await server.send(method, path, { headers: { cookie, 'Legend-Protocol': '1' }, body });
      expect(answer.ok).toBe(true);
    }
    expect(server.coordinator.calls.map(([name]) => name)).toEqual([
      'createRun',
      'stopRun',
      'createToken',
      'revokeToken',
      'revokeDevice',
      'setQuarantine',
      'setQuarantine',
    ]);
  });

  test('that was signed out of is over, also for who kept the cookie', async () => {
    const server = await startTestServer();
    const headers = { cookie: await cookieOf(signIn(server, server.operatorToken)), 'Legend-Protocol': '1' };
    const answer = await server.send('DELETE', '/v1/operator/sessions', { headers });
    expect(answer.headers.get('Set-Cookie')).toMatch(/Max-Age=0/);
    expect((await server.send('GET', '/v1/operator/runs', { headers })).status).toBe(401);
  });

  test('that was signed out of stays so over a restart, until it would have ended', async () => {
    const secrets = makeSecretStore();
    const token = (await createOperatorToken(secrets, secureRandom)) ?? '';
    const first = await startTestServer({ secrets });
    const [ended, other] = [await cookieOf(signIn(first, token)), await cookieOf(signIn(first, token))];
    const signOut = { headers: { cookie: ended, 'Legend-Protocol': '1' } };
    expect((await first.send('DELETE', '/v1/operator/sessions', signOut)).status).toBe(200);
    await first.close();
    const second = await startTestServer({ secrets });
    const look = async (cookie: string) =>
      (await second.send('GET', '/v1/operator/runs', { headers: { cookie } })).status;
    expect([await look(ended), await look(other)]).toEqual([401, 200]);
    const later = await startTestServer({ secrets, now: () => Date.now() + 8 * 24 * 3_600_000 });
    const headers = { cookie: await cookieOf(signIn(later, token)), 'Legend-Protocol': '1' };
    await later.send('DELETE', '/v1/operator/sessions', { headers });
    const kept = JSON.parse((await secrets.get('ended-sessions')) ?? '') as object;
    expect(Object.keys(kept)).toHaveLength(1);
  });

  test('outlives the server, but not its days', async () => {
    const secrets = makeSecretStore();
    const token = (await createOperatorToken(secrets, secureRandom)) ?? '';
    const first = await startTestServer({ secrets });
    const headers = { cookie: await cookieOf(signIn(first, token)) };
    await first.close();
    const second = await startTestServer({ secrets });
    expect((await second.send('GET', '/v1/operator/runs', { headers })).status).toBe(200);
    const later = await startTestServer({ secrets, now: () => Date.now() + 8 * 24 * 3_600_000 });
    expect((await later.send('GET', '/v1/operator/runs', { headers })).status).toBe(401);
  });

  test('of one coordinator is not that of another on the same host', async () => {
    const [one, other] = [await startTestServer(), await startTestServer()];
    const cookies = [
      await cookieOf(signIn(one, one.operatorToken)),
      await cookieOf(signIn(other, other.operatorToken)),
    ];
    // A browser keeps one cookie of each name, and sends all of a host to each of its ports.
    const kept = new Map(cookies.map((cookie) => cookie.split('=') as [string, string]));
    const headers = { cookie: Array.from(kept, (pair) => pair.join('=')).join('; ') };
    for (const server of [one, other]) {
      expect((await server.send('GET', '/v1/operator/runs', { headers })).status).toBe(200);
    }
  });

  test('cannot be made up', async () => {
    const server = await startTestServer();
    const cookie = await cookieOf(signIn(server, server.operatorToken));
    const [name, value = ''] = cookie.split('=');
    const [id, rest = ''] = decodeURIComponent(value).split('.');
    for (const made of [
      `${id}.${Number.MAX_SAFE_INTEGER}.${rest.split('.')[1]}`,
      `${id}x.${rest}`,
      'x',
      '',
    ]) {
      const headers = { cookie: `${name}=${encodeURIComponent(made)}` };
      expect((await server.send('GET', '/v1/operator/runs', { headers })).status).toBe(401);
    }
  });
});

describe('what operators fetch', () => {
  test('comes in its media type', async () => {
    const server = await startTestServer();
    const run = '/v1/operator/runs/run-1';
    const records = await server.sendAsOperator('GET', `${run}/rounds.jsonl`);
    expect(records.headers.get('Content-Type')).toBe('application/jsonl');
    expect(await records.text()).toBe('{"round":1}\n{"round":2}\n');
    const adapter = await server.sendAsOperator('GET', `${run}/adapter/adapter_model.safetensors`);
    expect(adapter.headers.get('Content-Disposition')).toContain('adapter_model.safetensors');
    expect(new Uint8Array(await adapter.arrayBuffer())).toEqual(Uint8Array.of(1, 2, 3));
    const report = await server.sendAsOperator('GET', `${run}/report`);
    expect(report.headers.get('Content-Type')).toBe('text/html; charset=utf-8');
    expect(report.headers.get('Content-Security-Policy')).toMatch(
      /^sandbox allow-scripts; default-src 'none'/,
    );
  });

  test('includes the figures for Prometheus', async () => {
    const server = await startTestServer();
    await server.send('GET', '/v1');
    const text = await (await server.sendAsOperator('GET', '/metrics')).text();
    expect(text).toMatch(/^legend_updates_accepted_total 12$/m);
    expect(text).toMatch(/^legend_devices_present 3$/m);
    expect(text).toMatch(/^legend_http_request_seconds_count\{route="\/v1",method="GET",status="200"\} 1$/m);
    expect(text).toMatch(/^process_resident_memory_bytes \d+$/m);
    await server.send('GET', '/healthz');
    const again = await (await server.sendAsOperator('GET', '/metrics')).text();
    expect(again).toMatch(/^legend_updates_accepted_total 13$/m);
  });
});

describe('what anybody may ask', () => {
  test('is the version, the description and the health', async () => {
    const server = await startTestServer();
    const status = await (await server.send('GET', '/v1')).json();
    expect(status).toEqual({ name: 'legend', versions: [1], serverTime: expect.any(Number) });
    expect(await (await server.send('GET', '/v1/openapi.json')).json()).toEqual(describeProtocol());
    expect(await (await server.send('GET', '/healthz')).json()).toEqual({ status: 'ok' });
    server.coordinator.failure = new Error('disk gone');
    const failing = await server.send('GET', '/healthz');
    expect([failing.status, await failing.json()]).toEqual([503, { status: 'failing' }]);
  });

  test('is the page, with headers that isolate it, and from nowhere else', async () => {
    const server = await startTestServer();
    const answer = await server.send('GET', '/');
    expect(await answer.text()).toContain('<title>Live</title>');
    expect(answer.headers.get('Content-Type')).toBe('text/html; charset=utf-8');
    expect(answer.headers.get('Cross-Origin-Opener-Policy')).toBe('same-origin');
    expect(answer.headers.get('Cross-Origin-Embedder-Policy')).toBe('require-corp');
    expect(answer.headers.get('Cross-Origin-Resource-Policy')).toBe('same-origin');
    expect(answer.headers.get('Referrer-Policy')).toBe('no-referrer');
    expect(answer.headers.get('X-Content-Type-Options')).toBe('nosniff');
    const policy = answer.headers.get('Content-Security-Policy');
    expect(policy).toMatch(/default-src 'self'; script-src 'self' 'wasm-unsafe-eval'/);
    expect(policy).not.toContain('unsafe-inline');
    const headers = { 'If-None-Match': answer.headers.get('ETag') ?? '' };
    expect((await server.send('GET', '/', { headers })).status).toBe(304);
  });
});

describe('limits', () => {
  const retryAfter = (answer: Response) => Number(answer.headers.get('Retry-After'));

  test('a device may send fifty requests at once, and not any number', async () => {
    const server = await startTestServer();
    const poll = () => server.sendAsDevice('GET', '/v1/runs/run-1');
    const few = await Promise.all(Array.from({ length: 50 }, poll));
    expect(few.every(({ status }) => status === 200)).toBe(true);
    const many = await Promise.all(Array.from({ length: 300 }, poll));
    const refused = many.find(({ status }) => status === 429);
    if (refused === undefined) throw new Error('none was refused');
    expect(retryAfter(refused)).toBeGreaterThan(0);
    expect(await problemOf(refused)).toMatchObject({ code: 'too-many-requests' });
  });

  test('after wrong tokens from an address wrong ones are to wait, and right ones pass', async () => {
    const server = await startTestServer({ limits: { failures: { requests: 3, seconds: 60 } } });
    for (let attempt = 0; attempt < 3; attempt++) {
      expect((await signIn(server, `lo_${attempt}`)).status).toBe(403);
    }
    const answer = await signIn(server, 'lo_3');
    expect(answer.status).toBe(429);
    expect(retryAfter(answer)).toBeGreaterThan(0);
    expect((await signIn(server, server.operatorToken)).status).toBe(201);
    expect((await server.sendAsOperator('GET', '/v1/operator/runs')).status).toBe(200);
    expect((await server.sendAsDevice('GET', '/v1/runs/run-1')).status).toBe(200);
  });

  test('wrong tokens of one route do not count for another', async () => {
    const server = await startTestServer({ limits: { failures: { requests: 1, seconds: 60 } } });
    const headers = { Authorization: `Bearer lo_${'A'.repeat(43)}` };
    const ask = async (path: string) => (await server.send('GET', path, { headers })).status;
    expect([await ask('/v1/operator/runs'), await ask('/v1/operator/runs')]).toEqual([401, 429]);
    expect([await ask('/v1/operator/tokens'), await ask('/v1/assignment')]).toEqual([401, 401]);
    expect((await signIn(server, 'lo_x')).status).toBe(403);
  });

  test('who holds a token that is used up does not keep others from being told what is wrong', async () => {
    const server = await startTestServer({ limits: { failures: { requests: 2, seconds: 60 } } });
    const enrol = async (token: string, code: ProblemCode | undefined): Promise<string> => {
      server.coordinator.failure = code && new Refusal(code, 'Refused.');
      const key = await createDeviceKey({ extractable: false });
      const enrolment = { token, publicKey: await publicKeyOf(key), name: 'box', runtime };
      const body = JSON.stringify(enrolment);
      const request = { key, method: 'POST', path: '/v1/devices', body, now: Date.now() };
      const credential = await signRequest({ ...request, random: secureRandom });
      const headers = { Authorization: `Bearer ${credential}` };
      const answer = await server.send('POST', '/v1/devices', { headers, body });
      return answer.ok ? 'enrolled' : (await problemOf(answer)).code;
    };
    for (const expected of ['token-used', 'token-used', 'too-many-requests', 'too-many-requests']) {
      expect(await enrol('lj_used', 'token-used')).toBe(expected);
    }
    expect(await enrol('lj_held', 'token-held')).toBe('token-held');
    expect(await enrol('lj_guess', 'token-invalid')).toBe('token-invalid');
    expect(await enrol('lj_right', undefined)).toBe('enrolled');
  });

  test.each([
    ['capacity', '/v1/capacity', { run: 'run-1', capacity, examples: 3 }, 30],
    ['leave', '/v1/leave', { run: 'run-1', reason: 'enough' }, 20],
    ['heartbeat', '/v1/heartbeat', beat, 120],
  ])('a device may send %s so many times a minute, and other requests beside them', async (...route) => {
    const [, path, body, most] = route;
    const server = await startTestServer();
    const ask = () => server.sendAsDevice('POST', path, { body });
    const few = await Promise.all(Array.from({ length: most }, ask));
    expect(few.every(({ status }) => status === 200)).toBe(true);
    const next = await ask();
    expect(next.status).toBe(429);
    expect(retryAfter(next)).toBeGreaterThan(0);
    expect(server.coordinator.calls).toHaveLength(most);
    expect((await server.sendAsDevice('GET', '/v1/runs/run-1')).status).toBe(200);
  });

  test('an address that the client wrote itself does not count as another', async () => {
    const limits = { failures: { requests: 1, seconds: 60 } };
    const plain = await startTestServer({ limits });
    await signIn(plain, 'lo_x', { 'X-Forwarded-For': '1.1.1.1' });
    expect((await signIn(plain, 'lo_x', { 'X-Forwarded-For': '2.2.2.2' })).status).toBe(429);
    const proxied = await startTestServer({ limits, trustedProxy: true });
    await signIn(proxied, 'lo_x', { 'X-Forwarded-For': '9.9.9.9, 1.1.1.1' });
    expect((await signIn(proxied, 'lo_x', { 'X-Forwarded-For': '9.9.9.9, 2.2.2.2' })).status).toBe(403);
    expect((await signIn(proxied, 'lo_x', { 'X-Forwarded-For': '8.8.8.8, 1.1.1.1' })).status).toBe(429);
  });

  test('made-up credentials are counted by address, and good ones from there go on', async () => {
    const server = await startTestServer({ limits: { failures: { requests: 2, seconds: 60 } } });
    const headers = { Authorization: 'Bearer a.b.c' };
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 4; attempt++) {
      statuses.push((await server.send('GET', '/v1/assignment', { headers })).status);
    }
    expect(statuses).toEqual([401, 401, 429, 429]);
    expect((await server.sendAsDevice('GET', '/v1/runs/run-1')).status).toBe(200);
  });
});
