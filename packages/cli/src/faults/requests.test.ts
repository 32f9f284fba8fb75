import { readFile } from 'node:fs/promises';
import type { ProblemCode, UpdateReport } from '@legend-fl/protocol';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { tinyModel } from '../testing/run-legend.ts';
import { Deployment, undisturbedAdapter } from './deployment.fixture.ts';
import type { LegendProcess } from './legend-process.fixture.ts';
import type { Network } from './network.fixture.ts';
import { type Answer, hashOf, pendingUpdate, RawDevice } from './raw-device.fixture.ts';
import { type Parts, putTogether, takeApart, withHeader, withValue } from './tampered-message.fixture.ts';

vi.setConfig({ hookTimeout: 900_000 });

/**
 * In the second round of a run one device is held up before it hands in its update; meanwhile whoever holds its key, and
 * others, send all that they should not. Then the device goes on, and the run ends as if nothing had happened.
 */
const changes = { codec: 'f32' };
let adapter: string;
let deployment: Deployment;
let devices: readonly LegendProcess[];
let network: Network;
/** Who holds the key of the device that is held up. */
let device: RawDevice;
let good: { readonly report: UpdateReport; readonly message: Uint8Array<ArrayBuffer> };
let parts: Parts;
let names: readonly string[];
let memoryBefore: number;

beforeAll(async () => {
  adapter = await undisturbedAdapter(changes);
  deployment = await Deployment.make(changes);
  await deployment.start();
  network = await deployment.network();
  const held = network.seen('"round":2,"attempt"', () => network.hold());
  devices = [await deployment.join(1), await deployment.join(2, { url: network.url })];
  await held;
  device = await RawDevice.impersonate(deployment.url, deployment.stateFolder(2));
  const pending = await pendingUpdate(deployment.stateFolder(2));
  if (pending === undefined) throw new Error('The device has no update.');
  good = pending;
  parts = takeApart(good.message);
  names = Object.keys(parts.header);
  memoryBefore = await peakMegabytes();
});

/** The most memory that the coordinator has ever held. */
async function peakMegabytes(): Promise<number> {
  const status = await readFile(`/proc/${deployment.coordinator.pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1000;
}

/** Every refusal has a code, a sentence that is not too long, and its HTTP status. */
function expectRefusal({ problem, status, text }: Answer, code: ProblemCode, message: RegExp): void {
  expect(problem, text.slice(0, 300)).toMatchObject({ code, message: expect.stringMatching(message) });
  expect(problem?.message).toMatch(/\w.*[.!?]$/s);
  expect(text.length).toBeLessThan(4000);
  expect(status).toBeGreaterThanOrEqual(400);
}

const [million] = [1_000_000];
const first = () => names[0] ?? '';
const entryOf = (name: string) => parts.header[name] ?? { dtype: '', shape: [], data_offsets: [] };
const without = (name: string) =>
  Object.fromEntries(Object.entries(parts.header).filter(([other]) => other !== name));

describe('an update that is none', () => {
  const cases: [string, () => Uint8Array<ArrayBuffer>, RegExp][] = [
    ['a NaN', () => withValue(parts, Number.NaN), /finite/],
    ['an infinity', () => withValue(parts, Number.NEGATIVE_INFINITY), /finite/],
    ['another dtype', () => retyped('F64'), /dtype|F32/],
    ['integers', () => retyped('I32'), /F32/],
    ['a dtype that there is not', () => retyped('F31'), /dtype/],
    ['another shape', () => reshaped((shape) => [...shape].reverse()), /shape/],
    ['a flat tensor', () => reshaped((shape) => [shape.reduce((one, other) => one * other, 1)]), /shape/],
    ['a tensor too many', () => extended(), /only what the device was to train/],
    ['a tensor too few', () => shortened(), /tensor /],
    ['another codec', () => described({ codec: 'int8' }), /I8|scale/],
    ['an unknown codec', () => described({ codec: 'f8' }), /description/],
    ['another version', () => described({ version: 2 }), /description/],
    ['no description', () => putTogether({ ...parts, metadata: {} }), /description/],
    [
      'the message of a coordinator',
      () => described({ kind: 'adapter', blocks: 3, alphas: [] }),
      /description/,
    ],
    ['a message cut short', () => good.message.slice(0, -100), /bytes/],
    ['a message with more after it', () => joined(good.message, new Uint8Array(64)), /bytes/],
    ['nothing but zeros', () => new Uint8Array(1000), /JSON|header/],
    ['eight bytes', () => new Uint8Array(8), /JSON|header/],
    ['a header longer than the file', () => withHeader('{}', new Uint8Array(), 2n ** 40n), /header/],
    ['a header of 2^64-1 bytes', () => withHeader('{}', new Uint8Array(), 2n ** 64n - 1n), /header/],
    [
      'a header of more than a megabyte',
      () => withHeader(`{"a":"${'x'.repeat(1_005_000)}"}`, new Uint8Array()),
      /header/,
    ],
    ['a header nested deep', () => withHeader('['.repeat(900_000), new Uint8Array()), /JSON/],
    [
      'a header of nested objects',
      () => withHeader(`${'{"a":'.repeat(150_000)}1${'}'.repeat(150_000)}`, new Uint8Array()),
      /dtype/,
    ],
    [
      'a shape of many wrong values',
      () =>
        withHeader(
          JSON.stringify({ a: { dtype: 'F32', shape: Array(200_000).fill('x'), data_offsets: [0, 0] } }),
          new Uint8Array(),
        ),
      /tensor a/,
    ],
    [
      'a tensor with a name of a megabyte',
      () => withHeader(JSON.stringify({ ['n'.repeat(900_000)]: 1 }), new Uint8Array()),
      /tensor n/,
    ],
    [
      'a description of many wrong values',
      () => described({ x: 1, content: Array(200_000).fill(7) }),
      /description/,
    ],
    [
      'a hundred thousand tensors',
      () =>
        withHeader(
          JSON.stringify(
            Object.fromEntries(
              Array.from({ length: 15_000 }, (_, index) => [
                `t${index}`,
                { dtype: 'F32', shape: [0], data_offsets: [0, 0] },
              ]),
            ),
          ),
          new Uint8Array(),
        ),
      /description/,
    ],
    ['tensors that overlap', () => overlapping(), /begin where/],
    [
      'offsets beyond the end',
      () =>
        withHeader(
          JSON.stringify({ a: { dtype: 'F32', shape: [2 ** 40], data_offsets: [0, 2 ** 42] } }),
          new Uint8Array(),
        ),
      /bytes/,
    ],
    [
      'a shape that overflows',
      () =>
        withHeader(
          JSON.stringify({ a: { dtype: 'F32', shape: [2 ** 50, 2 ** 50], data_offsets: [0, 4] } }),
          new Uint8Array(4),
        ),
      /bytes/,
    ],
  ];

  test.each(cases)('with %s is refused', async (_, makeMessage, message) => {
    const bytes = makeMessage();
    const uploaded = await device.upload(bytes);
    expect([uploaded.status, uploaded.text.slice(0, 200)]).toEqual([
      200,
      expect.stringContaining('"complete":true'),
    ]);
    const answer = await device.report({ ...good.report, sha256: hashOf(bytes) });
    expectRefusal(answer, 'update-invalid', message);
  });

  function retyped(dtype: string): Uint8Array<ArrayBuffer> {
    const { data } = parts;
    const wide = dtype === 'F64' ? joined(data, data) : data;
    let offset = 0;
    const header = Object.fromEntries(
      Object.entries(parts.header).map(
        ([
          name,
          {
            shape,
            data_offsets: [begin = 0, end = 0],
          },
        ]) => {
          const bytes = (end - begin) * (dtype === 'F64' ? 2 : 1);
          offset += bytes;
          return [name, { dtype, shape, data_offsets: [offset - bytes, offset] }];
        },
      ),
    );
    return putTogether({ ...parts, header, data: wide });
  }

  function reshaped(change: (shape: readonly number[]) => readonly number[]): Uint8Array<ArrayBuffer> {
    const name = names.find((each) => entryOf(each).shape.length === 2) ?? '';
    const entry = entryOf(name);
    const shape = change(entry.shape.map(Number));
    return putTogether({ ...parts, header: { ...parts.header, [name]: { ...entry, shape } } });
  }

  function extended(): Uint8Array<ArrayBuffer> {
    const { length } = parts.data;
    const extra = { dtype: 'F32', shape: [4], data_offsets: [length, length + 16] };
    return putTogether({
      ...parts,
      header: { ...parts.header, 'blocks.0.extra': extra },
      data: joined(parts.data, new Uint8Array(16)),
    });
  }

  function shortened(): Uint8Array<ArrayBuffer> {
    const last =
      [...names]
        .sort((one, other) => Number(entryOf(one).data_offsets[0]) - Number(entryOf(other).data_offsets[0]))
        .at(-1) ?? '';
    const [begin = 0] = entryOf(last).data_offsets;
    return putTogether({ ...parts, header: without(last), data: parts.data.slice(0, begin) });
  }

  function overlapping(): Uint8Array<ArrayBuffer> {
    const [begin = 0, end = 0] = entryOf(first()).data_offsets;
    const extra = { dtype: 'U8', shape: [end - begin], data_offsets: [begin, end] };
    return putTogether({ ...parts, header: { ...parts.header, extra } });
  }

  function described(change: object): Uint8Array<ArrayBuffer> {
    const legend = { ...JSON.parse(parts.metadata.legend ?? '{}'), ...change };
    return putTogether({ ...parts, metadata: { legend: JSON.stringify(legend) } });
  }
});

function joined(one: Uint8Array, other: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(one.length + other.length);
  bytes.set(one);
  bytes.set(other, one.length);
  return bytes;
}

describe('a report that cannot count', () => {
  const cases: [string, () => object, ProblemCode, RegExp][] = [
    ['of an old round', () => ({ round: 1 }), 'old-round', /is over/],
    ['of a round to come', () => ({ round: 3 }), 'round-not-open', /has not been assigned/],
    ['of another attempt', () => ({ attempt: 2 }), 'round-not-open', /has not been assigned/],
    ['of a run that there is not', () => ({ run: 'another' }), 'run-unknown', /no run another/],
    [
      'of content that was never uploaded',
      () => ({ sha256: 'ab'.repeat(32) }),
      'upload-incomplete',
      /upload it first/,
    ],
    ['with a path for a run', () => ({ run: '../coordinator' }), 'request-invalid', /lower-case/],
    ['with a path for a hash', () => ({ sha256: '../../coordinator.sqlite' }), 'request-invalid', /SHA-256/],
    ['of no examples', () => ({ examples: 0 }), 'request-invalid', /examples/],
    ['of more examples than numbers can count', () => ({ examples: 1e300 }), 'request-invalid', /examples/],
    ['with a loss that is none', () => ({ loss: null }), 'request-invalid', /loss/],
    [
      'with times that are negative',
      () => ({ times: { ...good.report.times, upload: -1 } }),
      'request-invalid',
      /upload/,
    ],
    [
      'with a capacity of nothing',
      () => ({ capacity: { ...good.report.capacity, memoryBytes: 0 } }),
      'request-invalid',
      /memoryBytes/,
    ],
    ['with more than belongs there', () => ({ admin: true }), 'request-invalid', /admin/],
  ];

  test.each(cases)('%s is refused', async (_, change, code, message) => {
    expectRefusal(await device.report({ ...good.report, ...change() }), code, message);
  });

  test("of another run's is refused", async () => {
    const made = await deployment.asOperator('/v1/operator/runs', {
      method: 'POST',
      body: JSON.stringify({ name: 'other', model: tinyModel, classes: ['a', 'b', 'c'] }),
    });
    expect(made.status).toBe(201);
    const answer = await device.report({ ...good.report, run: 'other' });
    expectRefusal(answer, 'round-not-open', /has not been assigned/);
  });
});

describe('a body that is none', () => {
  const cases: [string, () => string, ProblemCode, RegExp][] = [
    ['nothing', () => '', 'request-invalid', /JSON/],
    ['half of one', () => JSON.stringify(good.report).slice(0, 50), 'request-invalid', /JSON/],
    ['JSON nested deep', () => `${'['.repeat(30_000)}${']'.repeat(30_000)}`, 'request-invalid', /nested/],
    [
      'objects nested deep',
      () => `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`,
      'request-invalid',
      /nested/,
    ],
    ['JSON of megabytes', () => JSON.stringify('x'.repeat(3 * million)), 'body-too-long', /65536 bytes/],
    [
      'many keys',
      () => JSON.stringify(Object.fromEntries(Array.from({ length: 5000 }, (_, key) => [`k${key}`, 1]))),
      'request-invalid',
      /./,
    ],
    [
      'a key of 60 kB',
      () => JSON.stringify({ ...good.report, ['k'.repeat(60_000)]: 1 }),
      'request-invalid',
      /./,
    ],
    ['a prototype', () => `{"__proto__":{"run":"demo"},"constructor":1}`, 'request-invalid', /./],
    ['a list', () => '[1,2]', 'request-invalid', /./],
    ['a number beyond all', () => '1e999', 'request-invalid', /./],
  ];

  test.each(cases)('%s is refused', async (_, makeBody, code, message) => {
    const answer = await device.send({ method: 'POST', path: '/v1/updates', body: makeBody() });
    expectRefusal(answer, code, message);
  });
});

describe('an upload that is none', () => {
  const bytes = new Uint8Array(1000).fill(7);
  const path = `/v1/uploads/${hashOf(bytes)}`;
  const patch = (headers: Record<string, string>, body: Uint8Array<ArrayBuffer> = bytes) =>
    device.send({ method: 'PATCH', path, body, headers });

  test.each([
    ['of 10 GB', { 'Upload-Offset': '0', 'Upload-Length': '10000000000' }, 'body-too-long', /at most/],
    [
      'of 10 GB by its body',
      { 'Upload-Offset': '0', 'Upload-Length': '1000', 'Content-Length': '10000000000' },
      'body-too-long',
      /at most/,
    ],
    [
      'of 300 MB, where the device was to train some kilobytes',
      { 'Upload-Offset': '0', 'Upload-Length': '300000000' },
      'body-too-long',
      /at most 10\d{5} bytes/,
    ],
    ['with more than it says', { 'Upload-Offset': '0', 'Upload-Length': '500' }, 'body-too-long', /at most/],
    ['beyond its end', { 'Upload-Offset': '1001', 'Upload-Length': '1000' }, 'request-invalid', /up to/],
    [
      'that begins in the middle',
      { 'Upload-Offset': '10', 'Upload-Length': '2000' },
      'upload-offset',
      /byte 0/,
    ],
    [
      'of a length that is none',
      { 'Upload-Offset': '0', 'Upload-Length': '-1' },
      'request-invalid',
      /number of bytes/,
    ],
    ['without a length', { 'Upload-Offset': '0' }, 'request-invalid', /number of bytes/],
  ] as [string, Record<string, string>, ProblemCode, RegExp][])(
    '%s is refused',
    async (_, headers, code, message) => {
      expectRefusal(await patch(headers), code, message);
    },
  );

  test('of other content is refused', async () => {
    const answer = await patch({ 'Upload-Offset': '0', 'Upload-Length': '1000' }, new Uint8Array(1000));
    expectRefusal(answer, 'upload-corrupt', /Begin anew/);
  });

  test('that is cut short is kept, is not taken for whole, and goes on', async () => {
    const state = await patch({ 'Upload-Offset': '0', 'Upload-Length': '1000' }, bytes.slice(0, 400));
    expect(JSON.parse(state.text)).toEqual({ offset: 400, complete: false });
    const answer = await device.report({ ...good.report, sha256: hashOf(bytes) });
    expectRefusal(answer, 'upload-incomplete', /upload it first/);
    const rest = await patch({ 'Upload-Offset': '400', 'Upload-Length': '1000' }, bytes.slice(400));
    expect(JSON.parse(rest.text)).toEqual({ offset: 1000, complete: true });
  });
});

describe('somebody who may not', () => {
  const asked = { path: '/v1/runs/demo' };

  test.each([
    ['a credential of an hour ago', { offsetMs: -3600_000 }, 'credential-expired', /serverTime/],
    ['a credential of tomorrow', { offsetMs: 86_400_000 }, 'credential-expired', /serverTime/],
    [
      'a credential for another path',
      { signed: { path: '/v1/runs/other' } },
      'credential-invalid',
      /another path/,
    ],
    [
      'a credential for another method',
      { signed: { method: 'POST' } },
      'credential-invalid',
      /another method/,
    ],
    ['a credential for another body', { signed: { body: '{}' } }, 'credential-invalid', /another body/],
    ['no credential', { credential: '' }, 'credential-invalid', /Authorization/],
    ['a credential that is noise', { credential: 'a.b.c' }, 'credential-invalid', /credential/],
    [
      'a credential of 15 kB',
      { credential: `a.${'b'.repeat(15_000)}.c` },
      'credential-invalid',
      /credential/,
    ],
  ] as [string, object, ProblemCode, RegExp][])('with %s is refused', async (_, change, code, message) => {
    expectRefusal(await device.send({ ...asked, ...change }), code, message);
  });

  test('is a device that nobody knows, or that says that it is another', async () => {
    expectRefusal(await (await RawDevice.unknown(deployment.url)).send(asked), 'device-unknown', /enrol/);
    const thief = await RawDevice.unknown(deployment.url, device.id);
    expectRefusal(await thief.send(asked), 'credential-invalid', /not signed/);
  });

  test('repeats the request of another', async () => {
    const credential = await device.credential(asked);
    expect((await device.send({ ...asked, credential })).status).toBe(200);
    expectRefusal(await device.send({ ...asked, credential }), 'credential-replayed', /new one/);
  });

  test('is a device that was revoked', async () => {
    const revoked = await RawDevice.enrol(deployment.url, deployment.joinToken);
    expect((await revoked.send(asked)).status).toBe(200);
    expectRefusal(await revoked.report(good.report), 'unknown-device', /no assignment/);
    await deployment.asOperator(`/v1/operator/devices/${revoked.id}`, { method: 'DELETE' });
    for (const answer of [await revoked.send(asked), await revoked.report(good.report)]) {
      expectRefusal(answer, 'device-revoked', /revoked/);
    }
  });

  test.each([
    '/v1/blobs/../../coordinator.sqlite',
    '/v1/blobs/..%2f..%2fcoordinator.sqlite',
    `/v1/blobs/${'%2e%2e%2f'.repeat(7)}etc%2fpasswd`,
    `/v1/blobs/${'0'.repeat(64)}`,
    '/v1/uploads/..%2f..%2fx',
    '/v1/uploads/%00',
    '/v1/uploads/%',
    '/v1/runs/..%2fdemo',
    '/v1/runs/demo%2f..%2fother',
    '/v1/runs/DEMO',
    '//v1/runs/demo',
    '/v1/runs/demo\\..\\other',
  ])('reads nothing by the path %s', async (path) => {
    const { status, problem, text } = await device.send({ path });
    expect([400, 404]).toContain(status);
    expect(problem?.code, text).toMatch(/^(request-invalid|not-found|run-unknown)$/);
    expect(problem?.message).toMatch(/\.$/);
  });
});

test('memory has not grown with any of it, and the run ends as if nothing had happened', async () => {
  // The round has waited all the while, and the same update five times, and once more by the device, counts once.
  expect(await deployment.view()).toMatchObject({ round: 2, phase: 'collecting' });
  const growth = (await peakMegabytes()) - memoryBefore;
  console.log(`at its peak the coordinator held ${Math.round(growth)} MB more than before`);
  expect(growth).toBeLessThan(150);
  // A report that was refused has taken its content with it.
  await device.upload(good.message);
  const answers = [];
  for (let time = 1; time <= 5; time++) answers.push(await device.report(good.report));
  const said = answers.map(({ text, problem }) => problem?.code ?? JSON.parse(text).status);
  expect(said[0]).toBe('accepted');
  // Once the round is over, it is told so instead.
  for (const each of said.slice(1)) expect(each).toMatch(/^(repeated|old-round|round-closed)$/);
  network.mend();
  expect(await deployment.finish(...devices)).toBe(adapter);
  expect(await deployment.counted()).toEqual([3, 3, 0]);
});
