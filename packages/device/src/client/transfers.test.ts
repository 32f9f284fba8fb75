import { createHash } from 'node:crypto';
import { seededRandom } from '@legend-fl/base';
import { createDeviceKey, secureRandom } from '@legend-fl/protocol';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FaultyCoordinator } from '../testing/faulty-coordinator.ts';
import { MemorySink } from './blob-sink.ts';
import { type CoordinatorClient, connect } from './coordinator-client.ts';

const key = await createDeviceKey({ extractable: true });
const { signal } = new AbortController();
const random = seededRandom(1, 'content');
const content = Uint8Array.from({ length: 3_000_000 }, () => random.integer(256));
const sha256 = createHash('sha256').update(content).digest('hex');

const isWhole = (sink: MemorySink): boolean => Buffer.from(sink.content()).equals(content);

let server: FaultyCoordinator;
let client: CoordinatorClient;

beforeEach(async () => {
  server = new FaultyCoordinator();
  await server.start();
  client = connect({
    url: server.url,
    key,
    fetch,
    now: Date.now,
    random: secureRandom,
    sleep: async (_, signal) => signal.throwIfAborted(),
  });
  const enrolment = { token: 'lj_x', name: 'desk', runtime: { kind: 'node', about: 'cpu' } } as const;
  await client.enrol(enrolment, { signal });
});
afterEach(() => server.stop());

describe('a download', () => {
  const download = async (sink = new MemorySink()) => {
    const progress: number[] = [];
    const onProgress = (bytes: number) => progress.push(bytes);
    const transfer = await client.download(server.offer(content), sink, { signal, onProgress });
    return { sink, progress, transfer };
  };
  const ranges = () => server.requests(/GET \/v1\/blobs/).map(({ range }) => range);

  test('brings the blob', async () => {
    const { sink, progress, transfer } = await download();
    expect(isWhole(sink)).toBe(true);
    expect(progress.at(-1)).toBe(content.byteLength);
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    expect(transfer.bytes).toBe(content.byteLength);
    expect(transfer.seconds).toBeGreaterThan(0);
  });

  test('goes on where the connection broke', async () => {
    server.breakDown(/blobs/, { kind: 'cut-after', bytes: 1_000_000 }, { kind: 'cut-after', bytes: 500_000 });
    const { sink, transfer } = await download();
    expect(isWhole(sink)).toBe(true);
    const asked = ranges().map((range) => Number(/\d+/.exec(range ?? '0')?.[0]));
    expect(asked).toHaveLength(3);
    expect(asked[0]).toBe(0);
    expect(asked[1]).toBeGreaterThan(0);
    expect(asked[2]).toBeGreaterThan(asked[1] ?? 0);
    expect(transfer.bytes).toBe(content.byteLength);
  });

  test('goes on from what an earlier one left', async () => {
    const sink = new MemorySink();
    await sink.append(content.slice(0, 1_234_567));
    const { transfer } = await download(sink);
    expect(ranges()).toEqual(['bytes=1234567-']);
    expect(isWhole(sink)).toBe(true);
    expect(transfer.bytes).toBe(content.byteLength - 1_234_567);
  });

  test('begins anew where another part comes than it asked for', async () => {
    const sink = new MemorySink();
    await sink.append(content.slice(0, 100));
    server.breakDown(/blobs/, { kind: 'wrong-range' });
    await download(sink);
    expect(ranges()).toEqual(['bytes=100-', undefined]);
    expect(isWhole(sink)).toBe(true);
  });

  test('begins anew where something comes that is no part of it', async () => {
    const sink = new MemorySink();
    await sink.append(content.slice(0, 100));
    server.breakDown(/blobs/, { kind: 'foreign', status: 200, body: 'not it' });
    const { sink: filled } = await download(sink);
    expect(isWhole(filled)).toBe(true);
    // The six foreign bytes are no blob's beginning; their hash gives them away.
    expect(ranges()).toEqual(['bytes=100-', 'bytes=6-', undefined]);
  });

  test('notices a byte that changed, and that it changes always', async () => {
    server.breakDown(/blobs/, { kind: 'corrupt' }, { kind: 'corrupt' });
    const { sink } = await download();
    expect(isWhole(sink)).toBe(true);
    server.breakDown(/blobs/, { kind: 'corrupt' }, { kind: 'corrupt' }, { kind: 'corrupt' });
    await expect(download()).rejects.toMatchObject({ name: 'ConnectionError', code: 'blob-damaged' });
  });

  test('of more bytes than were announced is none', async () => {
    server.breakDown(/blobs/, { kind: 'too-long' });
    const sink = new MemorySink();
    await expect(download(sink)).rejects.toMatchObject({ code: 'foreign-answer' });
    expect(sink.bytes).toBe(0);
  });

  test('of something that is not there is refused', async () => {
    const blob = { sha256: '0'.repeat(64), bytes: 5 };
    await expect(client.download(blob, new MemorySink(), { signal })).rejects.toMatchObject({
      code: 'not-found',
    });
  });

  test('of nothing needs no request', async () => {
    const blob = server.offer(new Uint8Array());
    await client.download(blob, new MemorySink(), { signal });
    expect(ranges()).toEqual([]);
  });
});

describe('an upload', () => {
  const upload = () => client.upload(content, sha256, { signal });
  const offsets = () => server.requests(/PATCH/).map(({ offset }) => Number(offset));
  const arrived = () => server.uploads.get(sha256);

  test('arrives in parts', async () => {
    const progress: number[] = [];
    await client.upload(content, sha256, { signal, onProgress: (bytes) => progress.push(bytes) });
    expect(arrived()?.equals(content)).toBe(true);
    expect(offsets().length).toBeGreaterThan(1);
    expect(progress[0]).toBe(0);
    expect(progress.at(-1)).toBe(content.byteLength);
  });

  test('goes on where the connection broke', async () => {
    server.breakDown(/PATCH/, { kind: 'cut-after', bytes: 100_000 }, { kind: 'cut' }, { kind: 'cut-answer' });
    await upload();
    expect(arrived()?.equals(content)).toBe(true);
    expect(offsets().slice(0, 3)).toEqual([0, 100_000, 100_000 + 131_072]);
  });

  test('goes on from what an earlier one brought', async () => {
    server.uploads.set(sha256, Buffer.from(content.subarray(0, 2_000_000)));
    const transfer = await upload();
    expect(offsets()[0]).toBe(2_000_000);
    expect(transfer.bytes).toBe(1_000_000);
  });

  test('that is there already is not sent', async () => {
    server.uploads.set(sha256, Buffer.from(content));
    expect(await upload()).toEqual({ bytes: 0, seconds: 0 });
    expect(offsets()).toEqual([]);
  });

  test('asks where to go on when it is told that it is wrong', async () => {
    server.breakDown(/PATCH/, { kind: 'refuse', code: 'upload-offset' });
    await upload();
    expect(arrived()?.equals(content)).toBe(true);
  });

  test('that changed on the way is sent again, but not for ever', async () => {
    server.breakDown(/PATCH/, { kind: 'corrupt' });
    await upload();
    expect(arrived()?.equals(content)).toBe(true);
    server.uploads.clear();
    server.breakDown(/PATCH/, ...new Array(20).fill({ kind: 'corrupt' }));
    await expect(upload()).rejects.toMatchObject({ code: 'blob-damaged' });
  });

  test('to a full disk waits for room', async () => {
    server.breakDown(/PATCH/, { kind: 'refuse', code: 'disk-full' });
    await upload();
    expect(arrived()?.equals(content)).toBe(true);
  });

  test('that is refused tells why', async () => {
    server.breakDown(/PATCH/, { kind: 'refuse', code: 'body-too-long' });
    await expect(upload()).rejects.toMatchObject({ code: 'body-too-long', status: 413 });
  });
});
