import { readFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SmallRun, texts } from '../testing/small-run.ts';
import { type JoinOptions, joinRun } from './join-run.ts';

let small: SmallRun;
let home: string;

beforeEach(async () => {
  small = new SmallRun();
  await small.start();
  home = await mkdtemp(join(tmpdir(), 'legend-join-'));
});
afterEach(() => small.server.stop());

const joinSmall = (changes: Partial<JoinOptions> = {}) =>
  joinRun({
    url: small.server.url,
    allowPlainHttp: false,
    token: 'lj_a',
    name: 'desk',
    data: async () => texts,
    memoryBytes: 1e9,
    threads: 1,
    onlyWhenIdle: false,
    env: { HOME: home },
    onEvent: (event) => small.events.push(event),
    signal: new AbortController().signal,
    ...changes,
  });

const enrolments = () => small.server.requests(/POST \/v1\/devices/);

test('a machine joins, and needs its token only once', async () => {
  small.assign(1);
  small.finish();
  expect(await joinSmall()).toEqual({
    device: 'device-1',
    run: 'run-1',
    reason: 'all rounds done',
    updates: 1,
    rejected: 0,
    late: 0,
  });
  expect(enrolments()).toHaveLength(1);
  expect(enrolments()[0]?.body).toMatchObject({
    token: 'lj_a',
    name: 'desk',
    runtime: { kind: 'node', about: 'cpu, 1 thread' },
  });
  const fetched = small.server.requests(/blobs/).length;
  small.finish();
  await joinSmall({ token: undefined });
  expect(enrolments()).toHaveLength(1);
  // The base model is kept on disk.
  expect(small.server.requests(/blobs/)).toHaveLength(fetched);
});

test('a machine that joins again tells its name, which a coordinator of an earlier version does not take', async () => {
  small.finish();
  await joinSmall();
  expect(small.server.requests(/POST \/v1\/name/)).toHaveLength(0);
  small.finish();
  await joinSmall({ token: undefined, name: 'garage' });
  expect(small.server.requests(/POST \/v1\/name/).map(({ body }) => body)).toEqual([{ name: 'garage' }]);
});

test('the answer to an enrolment that got lost is asked for again with the same key', async () => {
  small.server.breakDown(/devices/, { kind: 'cut-answer' });
  small.finish();
  await joinSmall();
  const [first, second] = enrolments().map(({ body }) => (body as { publicKey: object }).publicKey);
  expect(second).toEqual(first);
});

test.each([['token-used'], ['token-invalid'], ['token-expired'], ['token-revoked'], ['token-held']] as const)(
  'a token that is refused (%s) is bad input',
  async (code) => {
    small.server.breakDown(/devices/, { kind: 'refuse', code });
    await expect(joinSmall()).rejects.toMatchObject({ name: 'InputError', code });
  },
);

test('what is no coordinator is bad input', async () => {
  small.server.breakDown(/GET \/v1$/, { kind: 'foreign', status: 404 });
  await expect(joinSmall()).rejects.toMatchObject({ name: 'InputError', code: 'coordinator-unknown' });
  const body = JSON.stringify({ name: 'legend', versions: [2, 3], serverTime: 0 });
  small.server.breakDown(/GET \/v1$/, { kind: 'foreign', status: 200, body });
  await expect(joinSmall()).rejects.toThrow(/version 1.*versions 2, 3/);
  await expect(joinSmall({ url: 'nowhere' })).rejects.toMatchObject({ code: 'url-invalid' });
});

test('a certificate that nobody trusts is bad input', async () => {
  const file = (name: string) =>
    readFileSync(new URL(`../../../../testdata/certificates/${name}`, import.meta.url), 'utf8');
  const secret = new SmallRun({ cert: file('localhost.pem'), key: file('localhost-key.pem') });
  await secret.start();
  const joining = joinSmall({ url: secret.server.url });
  await expect(joining).rejects.toMatchObject({ name: 'InputError', code: 'certificate-untrusted' });
  await expect(joining).rejects.toThrow(/--ca-cert/);
  await secret.server.stop();
});

test('a run that is over needs no model', async () => {
  const { run } = small.server;
  if (run) small.server.run = { ...run, status: 'finished' };
  expect(await joinSmall()).toMatchObject({ updates: 0, rejected: 0 });
  expect(small.server.requests(/blobs/)).toEqual([]);
});
