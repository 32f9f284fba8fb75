import {
  type Access,
  createDeviceKey,
  publicKeyOf,
  type Route,
  type RouteName,
  routes,
  secureRandom,
  signRequest,
} from '@legend-fl/protocol';
import { SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { problemOf, startTestServer, type TestServer } from './http-server.fixture.ts';

const hash = 'a'.repeat(64);
const capacity = {
  forwardSecondsPerBlock: 1,
  backwardSecondsPerBlock: 2,
  uploadSecondsPerByte: 0.1,
  downloadSecondsPerByte: 0.1,
  memoryBytes: 1e9,
};
const publicKey = await publicKeyOf(await createDeviceKey({ extractable: false }));
const place = { run: 'run-1', round: 1, attempt: 1 };

/** A good body for every route that has one. */
const bodies: Readonly<Partial<Record<RouteName, unknown>>> = {
  enrol: { token: 'lj_x', publicKey, name: 'Laptop', runtime: { kind: 'node', about: 'cpu' } },
  capacity: { run: 'run-1', capacity, examples: 3 },
  update: {
    ...place,
    sha256: hash,
    examples: 3,
    loss: 0.5,
    capacity,
    bytesDown: 1,
    times: { download: 1, forward: 1, backward: 1, upload: 1 },
  },
  score: { ...place, score: null },
  heartbeat: { run: 'run-1', activity: 'idle', round: null, step: 0, steps: 0, loss: null },
  name: { name: 'Desk' },
  leave: { run: 'run-1', reason: 'enough' },
  signIn: { token: 'lo_x' },
  createRun: { strategy: 'legend' },
  changeRun: { paused: true },
  editRun: { rounds: 3 },
  changeDevice: { name: 'Desk' },
  createToken: { run: 'run-1' },
};

const parameters: Readonly<Record<string, string>> = {
  run: 'run-1',
  sha256: hash,
  file: 'adapter_config.json',
  token: 'token-1',
  device: 'device-1',
};

const all = Object.entries<Route>(routes).map(([name, route]) => ({
  name: name as RouteName,
  method: route.method,
  access: route.access,
  path: route.path.replaceAll(/\{(\w+)\}/g, (_, key: string) => parameters[key] ?? ''),
}));
const withAccess = (...access: readonly Access[]) => all.filter((route) => access.includes(route.access));
const bodyOf = (name: RouteName) => (bodies[name] === undefined ? null : JSON.stringify(bodies[name]));

function signed(server: TestServer, change: Partial<Parameters<typeof signRequest>[0]>): Promise<string> {
  return signRequest({
    key: server.device,
    device: 'device-1',
    method: 'GET',
    path: '/',
    now: Date.now(),
    random: secureRandom,
    ...change,
  });
}

const bearer = (credential: string) => ({ headers: { Authorization: `Bearer ${credential}` } });

/** What came to the coordinator, beside keys. */
function expectNothingDone({ coordinator }: TestServer): void {
  expect(coordinator.calls).toEqual([]);
}

describe('every route', () => {
  test.each(withAccess('key', 'device', 'operator'))(
    '$name refuses whoever brings nothing',
    async (route) => {
      const server = await startTestServer();
      const answer = server.send(route.method, route.path, { body: bodyOf(route.name) });
      expect(await problemOf(answer)).toMatchObject({ status: 401, code: 'credential-invalid' });
      expectNothingDone(server);
    },
  );

  test.each(withAccess('key', 'device', 'operator'))('$name refuses a made-up credential', async (route) => {
    const server = await startTestServer();
    for (const credential of ['x', 'a.b.c', `lo_${'A'.repeat(43)}`, 'eyJhbGciOiJub25lIn0.e30.']) {
      const answer = server.send(route.method, route.path, {
        ...bearer(credential),
        body: bodyOf(route.name),
      });
      expect((await answer).status).toBeOneOf([401, 403]);
    }
    expectNothingDone(server);
  });

  test.each(withAccess('operator'))('$name of operators refuses devices', async (route) => {
    const server = await startTestServer();
    const answer = server.sendAsDevice(route.method, route.path, { body: bodies[route.name] });
    expect(await problemOf(answer)).toMatchObject({ status: 403, code: 'operator-only' });
    expectNothingDone(server);
  });

  test.each(withAccess('device', 'key'))('$name of devices refuses operators', async (route) => {
    const server = await startTestServer();
    const answer = server.sendAsOperator(route.method, route.path, bodies[route.name]);
    expect(await problemOf(answer)).toMatchObject({ status: 401, code: 'credential-invalid' });
    expectNothingDone(server);
  });

  test.each(withAccess('device'))(
    '$name of devices refuses what is not signed for it, now, once',
    async (route) => {
      const server = await startTestServer();
      const { method, path, name } = route;
      const body = bodyOf(name);
      const right = { method, path, ...(body !== null && { body }) };
      const stranger = await createDeviceKey({ extractable: false });
      const refused = async (change: Partial<Parameters<typeof signRequest>[0]>, code: string) => {
        const credential = await signed(server, { ...right, ...change });
        const answer = server.send(method, path, { ...bearer(credential), body });
        expect(await problemOf(answer)).toMatchObject({ code });
      };
      await refused({ key: stranger }, 'credential-invalid');
      await refused({ device: 'device-2' }, 'device-unknown');
      await refused({ device: undefined }, 'credential-invalid');
      await refused({ method: method === 'GET' ? 'POST' : 'GET' }, 'credential-invalid');
      await refused({ path: `${path}?x=1` }, 'credential-invalid');
      await refused({ body: '{"other":1}' }, 'credential-invalid');
      await refused({ now: Date.now() - 3_600_000 }, 'credential-expired');
      await refused({ now: Date.now() + 3_600_000 }, 'credential-expired');
      expectNothingDone(server);
    },
  );

  test.each(withAccess('device'))('$name refuses a device from the moment it is revoked', async (route) => {
    const server = await startTestServer();
    const device = server.coordinator.known.get('device-1');
    if (device === undefined) throw new Error('no device');
    device.revoked = true;
    const answer = server.sendAsDevice(route.method, route.path, { body: bodies[route.name] });
    expect(await problemOf(answer)).toMatchObject({ status: 403, code: 'device-revoked' });
    expectNothingDone(server);
  });

  test.each(withAccess('anybody').filter(({ name }) => name !== 'signIn'))(
    '$name is for anybody',
    async (route) => {
      const server = await startTestServer();
      expect((await server.send(route.method, route.path)).status).toBe(200);
    },
  );
});

describe('a credential', () => {
  const path = '/v1/heartbeat';
  const body = JSON.stringify(bodies.heartbeat);

  test('counts once', async () => {
    const server = await startTestServer();
    const credential = await signed(server, { method: 'POST', path, body });
    const once = await server.send('POST', path, { ...bearer(credential), body });
    expect(once.status).toBe(200);
    const again = server.send('POST', path, { ...bearer(credential), body });
    expect(await problemOf(again)).toMatchObject({ status: 401, code: 'credential-replayed' });
    expect(server.coordinator.calls).toHaveLength(1);
  });

  test('from before the server started does not count, as nobody knows whether it was used', async () => {
    const before = Date.now() - 1000;
    const server = await startTestServer();
    const credential = await signed(server, { method: 'POST', path, body, now: before });
    const answer = await problemOf(server.send('POST', path, { ...bearer(credential), body }));
    expect(answer).toMatchObject({ status: 401, code: 'credential-expired' });
    expect(answer.serverTime).toBeGreaterThan(before);
  });

  test('made by the clock that a refusal tells counts, however wrong the own one', async () => {
    const server = await startTestServer();
    const request = { body: bodies.heartbeat, clockOffset: -3_600_000 };
    const { serverTime } = await problemOf(server.sendAsDevice('POST', path, request));
    const clockOffset = serverTime - Date.now();
    expect((await server.sendAsDevice('POST', path, { ...request, clockOffset })).status).toBe(200);
  });

  test('that is good for longer than a minute does not count', async () => {
    const server = await startTestServer();
    const credential = await new SignJWT({
      iss: 'device-1',
      aud: 'legend',
      htm: 'GET',
      htu: '/v1/assignment',
    })
      .setProtectedHeader({ alg: 'EdDSA', typ: 'legend+jwt' })
      .setIssuedAt()
      .setExpirationTime('1h')
      .setJti('abcdefghijklmnopqrstuv')
      .sign(server.device.privateKey);
    const answer = server.send('GET', '/v1/assignment', bearer(credential));
    expect(await problemOf(answer)).toMatchObject({ status: 401, code: 'credential-invalid' });
  });
});

describe('enrolment', () => {
  async function enrol(
    server: TestServer,
    change: { readonly device?: string; readonly path?: string } = {},
  ) {
    const key = await createDeviceKey({ extractable: false });
    const body = { ...(bodies.enrol as object), publicKey: await publicKeyOf(key) };
    const text = JSON.stringify(body);
    const request = { key, method: 'POST', path: '/v1/devices', body: text, device: undefined, ...change };
    const credential = await signed(server, request);
    return { answer: await server.send('POST', '/v1/devices', { ...bearer(credential), body: text }), body };
  }

  test('is for whoever holds the key', async () => {
    const server = await startTestServer();
    const { answer, body } = await enrol(server);
    expect(answer.status).toBe(201);
    expect(await answer.json()).toEqual({ device: 'device-1', run: 'run-1' });
    expect(server.coordinator.calls).toEqual([['enrol', body]]);
  });

  test('refuses another key, another path and a device that has an id', async () => {
    const server = await startTestServer();
    const body = JSON.stringify(bodies.enrol);
    const other = await signed(server, { method: 'POST', path: '/v1/devices', body, device: undefined });
    const answer = server.send('POST', '/v1/devices', { ...bearer(other), body });
    expect(await problemOf(answer)).toMatchObject({ code: 'credential-invalid' });
    for (const change of [{ path: '/v1/updates' }, { device: 'device-1' }]) {
      const { answer } = await enrol(server, change);
      expect(await problemOf(answer)).toMatchObject({ code: 'credential-invalid' });
    }
    expectNothingDone(server);
  });
});

test('every route with a body has one here', () => {
  for (const [name, route] of Object.entries<Route>(routes)) {
    expect(name in bodies).toBe(route.body !== undefined && route.body !== 'bytes');
  }
});
