import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DeviceEvent } from '@legend-fl/device';
import { joinRun } from '@legend-fl/device/node';
import { secureRandom } from '@legend-fl/protocol';
import { describe, expect, onTestFinished, test } from 'vitest';
import { makeLogger } from './http/logger.ts';
import { createOperatorToken } from './http/operator-token.ts';
import { startHttpServer } from './http/start-http-server.ts';
import {
  newDir,
  openPlace,
  type Place,
  tinyData,
  tinySettings,
  until,
} from './testing/coordinator.fixture.ts';

/** Everything together: a coordinator over its store, HTTP, and devices that train for real. */

interface Served extends Place {
  readonly url: string;
  stop(): Promise<void>;
}

async function serve(dir: string, port = 0): Promise<Served> {
  const place = await openPlace({ dir });
  await createOperatorToken(place.store.secrets, secureRandom);
  const server = await startHttpServer({
    coordinator: place.coordinator,
    secrets: place.store.secrets,
    pages: new Map(),
    pageFolder: dir,
    host: '127.0.0.1',
    port,
    logger: makeLogger({ level: 'error', stream: { write: () => {} } }),
  });
  const stop = async () => {
    await server.close();
    await place.coordinator.stop();
    await place.store.close();
  };
  return { ...place, url: server.url, stop };
}

async function makeRun({ coordinator }: Place, changes: Readonly<Record<string, unknown>>) {
  const { id } = await coordinator.forOperators.createRun(tinySettings(changes));
  const created = { run: id, label: 'all', uses: null, seconds: null };
  const { token } = await coordinator.forOperators.createToken(created);
  return { run: id, token };
}

/** A machine of its own: with its own home, and a part of the examples. */
async function joinAs(number: number, url: string, token: string, onEvent: (event: DeviceEvent) => void) {
  const home = await mkdtemp(join(tmpdir(), 'legend-machine-'));
  return joinRun({
    url,
    allowPlainHttp: false,
    token,
    name: `machine ${number}`,
    data: async () => tinyData.examples.filter((_, index) => index % 3 !== number),
    holdOutShare: 0.25,
    memoryBytes: 1e9,
    threads: 1,
    onlyWhenIdle: false,
    env: { HOME: home },
    onEvent,
    signal: new AbortController().signal,
  });
}

describe('two devices and a coordinator', () => {
  test.each([
    ['with updates to the bit, scored by the coordinator', { codec: 'f32' }],
    ['with updates in int8, scored by the devices', { codec: 'int8', evaluate: 'devices' }],
    ['with activations that are kept', { trunkCache: { megabytes: 10, type: 'f32' }, trunk: 'global' }],
  ])('finish a run %s', async (_, settings) => {
    const served = await serve(await newDir());
    onTestFinished(() => served.stop());
    const { run, token } = await makeRun(served, { minimumDevices: 2, rounds: 3, ...settings });
    const events: DeviceEvent[] = [];
    const outcomes = await Promise.all(
      [0, 1].map((number) => joinAs(number, served.url, token, (event) => events.push(event))),
    );
    expect(outcomes).toMatchObject([
      { run, updates: 3, rejected: 0 },
      { run, updates: 3, rejected: 0 },
    ]);
    const view = await until(served.coordinator, run, ({ status }) => status === 'finished');
    expect(view).toMatchObject({ round: 3, devices: { enrolled: 2 }, accuracy: expect.any(Number) });
    const scored = events.filter(({ type }) => type === 'scored');
    expect(scored).toHaveLength('evaluate' in settings ? 6 : 0);
    expect(served.coordinator.figures).toMatchObject({ updatesAccepted: 6, updatesRejected: 0 });
  });

  test('go on when the coordinator has restarted in the middle of a round', async () => {
    const dir = await newDir();
    let served = await serve(dir);
    onTestFinished(() => served.stop());
    const { url } = served;
    const { run, token } = await makeRun(served, { minimumDevices: 2, rounds: 3 });
    let restart: Promise<void> | undefined;
    const { promise: noticed, resolve: notice } = Promise.withResolvers<void>();
    const events: DeviceEvent[] = [];
    const onEvent = (event: DeviceEvent): void => {
      events.push(event);
      if (event.type === 'reconnecting') notice();
      if (event.type !== 'step' || event.round !== 2) return;
      restart ??= served.stop().then(async () => {
        // A device that is busy training would not notice a short absence.
        await noticed;
        served = await serve(dir, Number(new URL(url).port));
      });
    };
    const outcomes = await Promise.all([0, 1].map((number) => joinAs(number, url, token, onEvent)));
    await restart;
    expect(outcomes).toMatchObject([
      { updates: 3, rejected: 0 },
      { updates: 3, rejected: 0 },
    ]);
    expect(events.some(({ type }) => type === 'reconnected')).toBe(true);
    await until(served.coordinator, run, ({ status }) => status === 'finished');
    expect(await served.coordinator.forOperators.listRounds(run)).toHaveLength(3);
  });
});
