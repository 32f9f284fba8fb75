import { makeJoinToken, makeOperatorToken, secureRandom } from '@legend-fl/protocol';
import { describe, expect, test } from 'vitest';
import { startTestServer } from './http-server.fixture.ts';
import { makeLogger } from './logger.ts';

describe('the log', () => {
  test('has a line in JSON for what was refused and for what matters', async () => {
    const server = await startTestServer();
    await server.sendAsDevice('POST', '/v1/leave', { body: { run: 'run-1', reason: 'enough' } });
    await server.send('GET', '/v1/runs/run-1?token=x');
    await server.send('GET', '/v1');
    const lines = server.log.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map(({ msg }) => msg)).toEqual(['listening', 'device left', 'request refused']);
    expect(lines[1]).toMatchObject({ level: 'info', route: '/v1/leave', device: 'device-1' });
    expect(lines[2]).toMatchObject({
      level: 'warn',
      method: 'GET',
      path: '/v1/runs/run-1',
      status: 401,
      code: 'credential-invalid',
      address: '127.0.0.1',
    });
  });

  test('holds no token, credential or cookie, wherever somebody puts one', async () => {
    const server = await startTestServer();
    const { operatorToken } = server;
    const joinToken = makeJoinToken(secureRandom);
    const json = JSON.stringify;
    const body = json({ token: operatorToken });
    const signedIn = await server.send('POST', '/v1/operator/sessions', { body });
    const cookie = signedIn.headers.get('Set-Cookie')?.split(';')[0] ?? '';
    const session = decodeURIComponent(cookie.split('=')[1] ?? '');
    const credentials: string[] = [];
    const { send } = server;
    const noted = (method: string, path: string, init: Omit<RequestInit, 'method'> = {}) => {
      credentials.push(new Headers(init.headers).get('Authorization')?.replace('Bearer ', '') ?? '-');
      return send(method, path, init);
    };
    const bearer = (token: string) => ({ headers: { Authorization: `Bearer ${token}` } });
    await noted('GET', `/v1/${joinToken}`, bearer(joinToken));
    await noted('GET', `/v1/runs/${operatorToken}?token=${joinToken}`);
    await noted('POST', '/v1/operator/sessions', { body: json({ token: [operatorToken] }) });
    await noted('POST', '/v1/operator/sessions', { body: json({ [joinToken]: 1 }) });
    await noted('POST', '/v1/operator/sessions', { body: `{"token":${joinToken}}` });
    await noted('POST', '/v1/operator/sessions', { body: operatorToken });
    await noted('GET', '/v1/operator/runs', { headers: { cookie: `${cookie}x` } });
    await noted('GET', '/v1', { headers: { 'Legend-Protocol': joinToken } });
    await noted('DELETE', '/v1/operator/sessions', { headers: { cookie } });
    server.coordinator.failure = new Error(`no such token ${joinToken}`);
    await server.sendAsOperator('POST', '/v1/operator/runs', { token: joinToken });
    const signed = `${'eyJhbGciOiJFZERTQSJ9'}.${Buffer.from('{}').toString('base64url')}.c2ln`;
    await noted('GET', '/v1/assignment', bearer(signed));
    const log = server.log.join('');
    expect(server.log.length).toBeGreaterThan(10);
    for (const secret of [
      operatorToken,
      joinToken,
      session,
      signed,
      ...credentials.filter((c) => c !== '-'),
    ]) {
      expect(log).not.toContain(secret);
      // Nor a good part of it.
      expect(log).not.toContain(secret.slice(3, 15));
    }
  });

  test('leaves out fields that hold secrets', () => {
    const lines: string[] = [];
    const logger = makeLogger({ stream: { write: (line) => lines.push(line) } });
    const token = makeOperatorToken(secureRandom);
    logger.info(
      { token: 'a', cookie: 'b', authorization: 'c', request: { authorization: 'd' } },
      `got ${token}`,
    );
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ request: {}, msg: 'got [secret]' });
    expect(lines[0]).not.toMatch(/"[abcd]"/);
  });
});
