import { setTimeout as pause } from 'node:timers/promises';
import { seededRandom } from '@legend-fl/base';
import { startPostgres } from '@legend-fl/coordinator/testing';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Deployment, expectedAdapter } from './deployment.fixture.ts';
import { SmallDisk } from './small-disk.fixture.ts';

vi.setConfig({ testTimeout: 900_000 });

/** `npm run faults` asks for twenty. */
const kills = Number(process.env.LEGEND_FAULT_KILLS ?? 4);

test(`a coordinator that is killed at ${kills} random instants goes on to the same bits`, {
  timeout: 600_000 + 120_000 * kills,
}, async () => {
  const rounds = 3 + 2 * kills;
  const adapter = await expectedAdapter({ rounds });
  const deployment = await Deployment.make({ rounds });
  const random = seededRandom(1, 'instants of kills');
  await deployment.start();
  const devices = [await deployment.join(1), await deployment.join(2)];
  const reached: number[] = [];
  for (let kill = 0; kill < kills; kill++) {
    // Every other one while it starts; the others when it has finished a round, a moment later.
    const isStarting = kill % 2 === 1;
    if (!isStarting) await deployment.coordinator.says(/Round \d+: accuracy/);
    await deployment.pauseUntil(3 + 2 * kill, random() * (isStarting ? 2000 : 1000));
    const planned = [...deployment.coordinator.text.matchAll(/Round (\d+) is planned/g)].at(-1)?.[1];
    reached.push(Number(planned ?? reached.at(-1) ?? 0));
    await deployment.coordinator.kill();
    if (isStarting) await deployment.start();
    else deployment.launch();
  }
  if (kills % 2 === 1) {
    await deployment.coordinator.kill();
    await deployment.start();
  }
  console.log(`killed ${kills} times, in rounds ${reached.join(', ')} of ${rounds}`);
  expect(reached.at(-1)).toBeLessThan(rounds);
  expect(await deployment.finish(...devices)).toBe(adapter);
  expect(await deployment.counted()).toEqual([rounds, rounds]);
});

test('a full disk holds a run up, and nothing that was accepted is lost', async () => {
  const adapter = await expectedAdapter({ rounds: 4 });
  const disk = await SmallDisk.make();
  const deployment = await Deployment.make({ rounds: 4 }, { dir: disk.folder, launcher: disk.launcher });
  await deployment.start();
  deployment.dir = disk.attach(deployment.coordinator.pid);
  const network = await deployment.network();
  const late = network.seen('"round":2,"attempt"', () => network.hold());
  const devices = [await deployment.join(1), await deployment.join(2, { url: network.url })];
  // One update of the round is accepted, the other uploaded and on its way.
  await late;
  await deployment.until(async () => (await deployment.devices())[0]?.status === 'updated');
  await disk.fill();
  network.mend();
  await deployment.coordinator.says(/got a full disk|"code":"disk-full"/);
  // It answers, says how it stands, and lets nobody down who asks.
  expect((await fetch(`${deployment.url}/healthz`)).status).toBe(503);
  await pause(2000);
  expect((await deployment.view()).status).toBe('running');
  await disk.free();
  const done = await deployment.finish(...devices);
  expect(done).toBe(adapter);
  expect(await deployment.counted()).toEqual([4, 4]);
  expect((await fetch(`${deployment.url}/healthz`)).status).toBe(200);
});

test.each(['fast', 'immediate'] as const)(
  'PostgreSQL ends (%s) in the middle of a round and comes back',
  async (mode) => {
    const adapter = await expectedAdapter({ rounds: 4 });
    const cluster = await startPostgres();
    onTestFinished(() => cluster.remove());
    const args = ['--database', await cluster.createDatabase()];
    const deployment = await Deployment.make({ rounds: 4 }, { args });
    await deployment.start();
    const devices = [await deployment.join(1), await deployment.join(2)];
    await deployment.coordinator.says(/Round 2 is planned/);
    await cluster.halt(mode);
    await pause(1500);
    await cluster.start();
    expect(await deployment.finish(...devices)).toBe(adapter);
    expect(await deployment.counted()).toEqual([4, 4]);
  },
);
