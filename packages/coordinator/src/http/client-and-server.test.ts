import { sleep as wait } from '@legend-fl/base';
import { connect, MemorySink } from '@legend-fl/device';
import type { UpdateReport } from '@legend-fl/protocol';
import { secureRandom, sha256Hex } from '@legend-fl/protocol';
import { describe, expect, test } from 'vitest';
import { startTestServer, type TestServer, until } from './http-server.fixture.ts';

/** The client of a device against the server of a coordinator, as they meet in use. */

const options = { signal: new AbortController().signal };
const capacity = {
  forwardSecondsPerBlock: 1,
  backwardSecondsPerBlock: 1,
  uploadSecondsPerByte: 0,
  downloadSecondsPerByte: 0,
  memoryBytes: 2 ** 30,
};
const update: UpdateReport = {
  run: 'run-1',
  round: 1,
  attempt: 1,
  sha256: 'a'.repeat(64),
  examples: 3,
  loss: 0.5,
  capacity,
  bytesDown: 7,
  times: { download: 1, forward: 1, backward: 1, upload: 1 },
};
const beat = { run: 'run-1', activity: 'training', round: 1, step: 2, steps: 3, loss: 0.5 } as const;

/** A hundredth of the time. */
const sleep = (ms: number, signal: AbortSignal): Promise<void> => wait(ms / 100, signal);

function clientOf({ url, device }: TestServer, clockOffsetMs = 0) {
  const now = () => Date.now() + clockOffsetMs;
  return connect({ url, key: device, device: 'device-1', fetch, now, random: secureRandom, sleep });
}

describe('client and server', () => {
  test('understand each other on every route of a device', async () => {
    const server = await startTestServer();
    const client = clientOf(server);
    expect((await client.status(options)).versions).toContain(1);
    const enrolment = { token: 'lj_x', name: 'desk', runtime: { kind: 'node', about: 'cpu' } } as const;
    expect(await client.enrol(enrolment, options)).toEqual({ device: 'device-1', run: 'run-1' });
    expect((await client.describeRun('run-1', options)).classes).toEqual(['a', 'b']);
    await client.reportCapacity({ run: 'run-1', capacity, examples: 3 }, options);
    expect(await client.submitUpdate(update, options)).toEqual({ status: 'accepted' });
    const score = { run: 'run-1', round: 1, attempt: 1, score: { examples: 2, correct: 1, loss: 0.7 } };
    expect(await client.submitScore(score, options)).toEqual({ status: 'accepted' });
    expect(await client.heartbeat(beat, options)).toEqual({ assigned: true });
    await client.leave({ run: 'run-1', reason: 'over' }, options);
    expect(server.coordinator.calls.map(([name]) => name)).toEqual([
      'enrol',
      'describeRun',
      'reportCapacity',
      'submitUpdate',
      'submitScore',
      'heartbeat',
      'leave',
    ]);
    expect(server.coordinator.calls[3]).toEqual(['submitUpdate', 'device-1', update]);
  });

  test('hand over an assignment, or none', async () => {
    const server = await startTestServer();
    const client = clientOf(server);
    expect(await client.nextAssignment(0, options)).toBeNull();
    const assignment = client.nextAssignment(20, options);
    await until(() => server.coordinator.waiting.has('device-1'));
    server.coordinator.assign('device-1', { kind: 'finished', run: 'run-1', reason: 'done' });
    expect(await assignment).toEqual({ kind: 'finished', run: 'run-1', reason: 'done' });
  });

  test('exchange blobs, also from where one was left', async () => {
    const server = await startTestServer();
    const client = clientOf(server);
    const content = Uint8Array.from({ length: 1_000_000 }, (_, index) => index * 7);
    const sha256 = await server.coordinator.offerBlob(content);
    const sink = new MemorySink();
    await sink.append(content.slice(0, 300_000));
    const transfer = await client.download({ sha256, bytes: content.byteLength }, sink, options);
    expect(transfer.bytes).toBe(700_000);
    expect(Buffer.from(sink.content()).equals(content)).toBe(true);
    await client.upload(content, await sha256Hex(content), options);
    const parts = server.coordinator.calls.filter(([name]) => name === 'appendUpload');
    const sizes = parts.map(([, , part]) => (part as { bytes: number }).bytes);
    expect(sizes.reduce((sum, bytes) => sum + bytes, 0)).toBe(content.byteLength);
  });

  test.each([[-3_600_000], [3_600_000]])(
    'agree on the time where the device is off by %i ms',
    async (offset) => {
      const server = await startTestServer();
      const client = clientOf(server, offset);
      expect(await client.heartbeat(beat, options)).toEqual({ assigned: true });
      expect(await client.heartbeat(beat, options)).toEqual({ assigned: true });
      expect(server.coordinator.calls).toHaveLength(2);
    },
  );

  test('tell a device that it is revoked', async () => {
    const server = await startTestServer();
    const known = server.coordinator.known.get('device-1');
    if (known) known.revoked = true;
    await expect(clientOf(server).heartbeat(beat, options)).rejects.toMatchObject({ code: 'device-revoked' });
  });

  test('get on with each other after the server has restarted', async () => {
    const first = await startTestServer();
    const client = clientOf(first);
    await client.heartbeat(beat, options);
    const waiting = client.nextAssignment(20, options);
    await until(() => first.coordinator.waiting.has('device-1'));
    await first.close();
    const second = await startTestServer({ port: Number(new URL(first.url).port) });
    const known = first.coordinator.known.get('device-1');
    if (known) second.coordinator.known.set('device-1', known);
    await until(() => second.coordinator.waiting.has('device-1'));
    second.coordinator.assign('device-1', { kind: 'finished', run: 'run-1', reason: 'done' });
    expect(await waiting).toMatchObject({ kind: 'finished' });
  });
});
