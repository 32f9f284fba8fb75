import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import jetson80 from '../fleet/jetson-80.json' with { type: 'json' };
import { loadFleet } from '../fleet/load-fleet.ts';
import { parseExperiment } from './experiment.ts';
import { settleDevices } from './settle-devices.ts';
import { newFolder, writeFleet } from './tiny-experiment.fixture.ts';

async function devicesOf(fleet: string, devices?: number): Promise<number> {
  const experiment = parseExperiment({ fleet, ...(devices !== undefined && { devices }) }, 'test');
  return settleDevices(experiment, await loadFleet(fleet)).devices;
}

test('the built-in fleet has 20 devices unless the experiment says otherwise', async () => {
  expect(await devicesOf('jetson-80')).toBe(20);
  expect(await devicesOf('jetson-80', 80)).toBe(80);
});

test('a fleet file has as many as it says, and fewer where the experiment says so', async () => {
  const listed = await writeFleet();
  expect(await devicesOf(listed)).toBe(4);
  expect(await devicesOf(listed, 3)).toBe(3);
  await expect(devicesOf(listed, 5)).rejects.toMatchObject({ code: 'fleet-size' });

  const kinds = join(await newFolder(), 'kinds.json');
  await writeFile(kinds, JSON.stringify(jetson80));
  expect(await devicesOf(kinds)).toBe(80);
  expect(await devicesOf(kinds, 200)).toBe(200);
});
