import { join } from 'node:path';
import { seededRandom } from '@legend-fl/base';
import { expect, test, vi } from 'vitest';
import { z } from 'zod';
import { labelledRows, runLegend, tinyModel, writeRows } from '../testing/run-legend.ts';
import { Deployment } from './deployment.fixture.ts';
import type { LegendProcess } from './legend-process.fixture.ts';
import { secondsHere } from './seconds-here.fixture.ts';

vi.setConfig({ testTimeout: 900_000 });

/** Accuracy of the model on texts that no party has seen, with an adapter or as it is. */
async function accuracyOf(adapter?: string): Promise<number> {
  const data = await writeRows(labelledRows(60, 200));
  const args = adapter === undefined ? [] : ['--adapter', adapter];
  const { stdout } = await runLegend('eval', '--model', tinyModel, '--data', data, '--json', ...args);
  return z.object({ accuracy: z.number() }).parse(JSON.parse(stdout)).accuracy;
}

test('whatever is killed, a run of LEGEND ends with an adapter that has learnt', async () => {
  const random = seededRandom(3, 'what is killed');
  // Rounds in which somebody is away wait for nobody for long.
  const deployment = await Deployment.make({
    strategy: 'legend',
    rounds: 14,
    roundDeadline: { factor: 1, graceSeconds: await secondsHere(4) },
  });
  await deployment.start();
  const devices: LegendProcess[] = [await deployment.join(1), await deployment.join(2)];
  const killed: string[] = [];
  for (let kill = 0; kill < 6; kill++) {
    await deployment.coordinator.says(/update handed in/);
    await deployment.pauseUntil(2 + kill, random() * 1000);
    const victim = random.integer(3);
    killed.push(victim === 0 ? 'coordinator' : `device ${victim}`);
    if (victim === 0) {
      await deployment.coordinator.kill();
      await deployment.start();
    } else {
      await devices[victim - 1]?.kill();
      devices[victim - 1] = await deployment.join(victim);
    }
  }
  await deployment.finish(...devices);
  expect(new Set(killed).size).toBe(3);
  expect(await deployment.view()).toMatchObject({ status: 'finished', round: 14 });
  const trained = await accuracyOf(join(deployment.dir, 'runs/demo/adapter'));
  expect(trained).toBeGreaterThan(await accuracyOf());
  expect(trained).toBeGreaterThan(0.6);
});
