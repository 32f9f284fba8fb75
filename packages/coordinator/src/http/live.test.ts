import { connect } from 'node:net';
import type { Assignment } from '@legend-fl/protocol';
import { describe, expect, test } from 'vitest';
import { problemOf, startTestServer, type TestServer, until } from './http-server.fixture.ts';
import { runView } from './recording-coordinator.fixture.ts';

/** Nothing here looks into it. */
const assignment = { kind: 'train', run: 'run-1', round: 1, attempt: 1 } as unknown as Assignment;

const waits = ({ coordinator }: TestServer) => until(() => coordinator.waiting.has('device-1'));

describe('a poll for an assignment', () => {
  test('waits until there is one', async () => {
    const server = await startTestServer();
    const poll = server.sendAsDevice('GET', '/v1/assignment?wait=60');
    await waits(server);
    server.coordinator.assign('device-1', assignment);
    const answer = await poll;
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual(assignment);
    expect(server.coordinator.calls).toEqual([['nextAssignment', 'device-1', 60_000]]);
  });

  test('is answered without content when none came up', async () => {
    const server = await startTestServer();
    const answer = await server.sendAsDevice('GET', '/v1/assignment?wait=0.05');
    expect([answer.status, await answer.text()]).toEqual([204, '']);
  });

  test('ends when its device goes away', async () => {
    const server = await startTestServer();
    const abort = new AbortController();
    const poll = server.sendAsDevice('GET', '/v1/assignment?wait=60', { signal: abort.signal });
    await waits(server);
    abort.abort();
    await expect(poll).rejects.toThrow();
    await until(() => server.coordinator.waiting.size === 0);
  });

  test('gives way to a newer one of the same device', async () => {
    const server = await startTestServer();
    const older = server.sendAsDevice('GET', '/v1/assignment?wait=60');
    await waits(server);
    const newer = server.sendAsDevice('GET', '/v1/assignment?wait=60');
    expect((await older).status).toBe(204);
    await waits(server);
    server.coordinator.assign('device-1', assignment);
    expect((await newer).status).toBe(200);
  });

  test('is told when the server stops', async () => {
    const server = await startTestServer();
    const poll = server.sendAsDevice('GET', '/v1/assignment?wait=60');
    await waits(server);
    const closed = server.close();
    const answer = await poll;
    expect(answer.headers.get('Retry-After')).not.toBeNull();
    expect(await problemOf(answer)).toMatchObject({ status: 503, code: 'shutting-down' });
    await closed;
    await expect(server.send('GET', '/v1')).rejects.toThrow();
  });
});

describe('a server that stops', () => {
  test('finishes what is under way, and refuses what comes on an open connection', async () => {
    const server = await startTestServer();
    const { promise: goOn, resolve: letGo } = Promise.withResolvers<void>();
    let isAsked = false;
    server.coordinator.forOperators.stopRun = async () => {
      isAsked = true;
      await goOn;
      return runView;
    };
    const underWay = server.sendAsOperator('POST', '/v1/operator/runs/run-1/stop');
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    let received = '';
    socket.setEncoding('utf8').on('data', (text: string) => {
      received += text;
    });
    // An unfinished request keeps the connection from being idle.
    socket.write('GET /v1 HTTP/1.1\r\nHost: x\r\n');
    await until(() => isAsked && socket.bytesWritten > 0);
    await server.send('GET', '/v1');
    const closed = server.close();
    socket.write('\r\n');
    await until(() => received !== '');
    expect(received).toMatch(/^HTTP\/1\.1 503 [\s\S]*shutting-down/);
    letGo();
    expect((await underWay).status).toBe(200);
    await closed;
  });

  test('cuts off what does not end', async () => {
    const server = await startTestServer({ limits: { stopMs: 100 } });
    server.coordinator.forOperators.stopRun = () => new Promise(() => undefined);
    const stuck = server.sendAsOperator('POST', '/v1/operator/runs/run-1/stop').catch(() => 'cut off');
    await server.send('GET', '/v1');
    await server.close();
    expect(await stuck).toBe('cut off');
  });
});

describe('the live page’s events', () => {
  async function listen(server: TestServer) {
    const abort = new AbortController();
    const answer = await fetch(`${server.url}/v1/operator/events`, {
      headers: { Authorization: `Bearer ${server.operatorToken}` },
      signal: abort.signal,
    });
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
    if (reader === undefined) throw new Error('no body');
    let received = '';
    const readUntil = async (text: string): Promise<string> => {
      while (!received.includes(text)) {
        const { done, value } = await reader.read();
        if (done) return `${received}(end)`;
        received += value;
      }
      return received;
    };
    return { answer, readUntil, leave: () => abort.abort() };
  }

  test('are what there is, then what changes', async () => {
    const server = await startTestServer();
    const { answer, readUntil, leave } = await listen(server);
    expect(answer.headers.get('Content-Type')).toBe('text/event-stream');
    await readUntil('run-1');
    const entry = { at: 1, level: 'info', run: null, device: null, text: 'two\nlines' } as const;
    server.coordinator.emit({ type: 'log', entries: [entry] });
    const received = await readUntil('event: log');
    const [first = '', second = ''] = (await readUntil('lines')).split('\n\n');
    expect(received).toContain('event: runs');
    expect(JSON.parse(first.split('\ndata: ')[1] ?? '')).toEqual({ type: 'runs', runs: [runView] });
    expect(JSON.parse(second.split('\ndata: ')[1] ?? '')).toEqual({ type: 'log', entries: [entry] });
    leave();
    await until(() => server.coordinator.listeners.size === 0);
  });

  test('have signs of life between them', async () => {
    const server = await startTestServer({ limits: { keepAliveMs: 20 } });
    const { readUntil, leave } = await listen(server);
    expect(await readUntil(': alive\n\n: alive\n\n')).toContain(': alive');
    leave();
  });

  test('end when the server stops', async () => {
    const server = await startTestServer();
    const { readUntil } = await listen(server);
    await readUntil('run-1');
    await server.close();
    expect(await readUntil('never')).toMatch(/\(end\)$/);
    expect(server.coordinator.listeners.size).toBe(0);
  });

  test('are cut off for who does not read them, so that they do not pile up', async () => {
    const server = await startTestServer({ limits: { listenerBytes: 1_000_000 } });
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    socket.pause();
    socket.on('error', () => undefined);
    socket.write(
      `GET /v1/operator/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${server.operatorToken}\r\n\r\n`,
    );
    await until(() => server.coordinator.listeners.size === 1);
    const entry = { at: 1, level: 'info', run: null, device: null, text: 'x'.repeat(100_000) } as const;
    let sent = 0;
    while (server.coordinator.listeners.size > 0 && sent < 1000) {
      server.coordinator.emit({ type: 'log', entries: [entry] });
      sent++;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(server.coordinator.listeners.size).toBe(0);
    socket.destroy();
  });

  test('have so many listeners and no more', async () => {
    const server = await startTestServer({ limits: { listeners: 1 } });
    const { readUntil, leave } = await listen(server);
    await readUntil('run-1');
    const refused = await server.sendAsOperator('GET', '/v1/operator/events');
    expect(refused.headers.get('Retry-After')).not.toBeNull();
    expect(await problemOf(refused)).toMatchObject({ status: 429, code: 'too-many-requests' });
    leave();
    await until(() => server.coordinator.listeners.size === 0);
    (await listen(server)).leave();
  });
});
