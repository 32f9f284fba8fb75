import { readFile, writeFile } from 'node:fs/promises';
import { hostname, totalmem } from 'node:os';
import { join } from 'node:path';
import { loadFleet } from '@legend-fl/simulator';
import { describe, expect, test } from 'vitest';
import { expectBadInput } from './testing/expect-bad-input.ts';
import { newFolder, runLegend, tinyModel, writeTextFile } from './testing/run-legend.ts';

// A batch so large that a block's backward pass stands out from the noise of a busy machine.
const measure = ['bench', '--model', tinyModel, '--repeats', '5', '--batch-size', '64', '--tokens', '64'];
const bandwidth = ['--upload-mbps', '8', '--download-mbps', '80'];

test('bench --fleet-profile makes a fleet of this machine, which plan accepts, and writes further ones beside it', async () => {
  const file = join(await newFolder(), 'fleet.yaml');
  const first = await runLegend(...measure, '--fleet-profile', file, ...bandwidth);
  expect(first.code, first.stderr).toBe(0);
  expect(first.stdout).toContain(`device profile    ${hostname()}, written to ${file}`);
  const fleet = await loadFleet(file);
  if (!('devices' in fleet)) throw new Error('expected devices');
  const [device] = fleet.devices;
  expect(device).toMatchObject({ id: hostname(), uploadBytesPerSecond: 1e6, downloadBytesPerSecond: 1e7 });
  expect(device?.about).toContain('batch 64 x 64 tokens, rank 8, threads 1');
  expect(device?.memoryBytes).toBeLessThanOrEqual(totalmem());

  const plan = await runLegend('plan', '--fleet', file, '--model', tinyModel, '--json');
  expect(plan.code, plan.stderr).toBe(0);
  expect(JSON.parse(plan.stdout).devices).toMatchObject([{ id: hostname() }]);

  const second = await runLegend(...measure, '--fleet-profile', file, '--id', 'twin', ...bandwidth, '--json');
  expect(second.code, second.stderr).toBe(0);
  const { forwardSecondsPerBlock, backwardSecondsPerBlock, fleetProfile } = JSON.parse(second.stdout);
  expect(await loadFleet(file)).toMatchObject({ devices: [device, fleetProfile.device] });
  expect(fleetProfile.device).toMatchObject({ id: 'twin', memoryBytes: device?.memoryBytes });
  expect(fleetProfile.device.forwardSecondsPerBlock / forwardSecondsPerBlock).toBeCloseTo(1, 3);
  expect(fleetProfile.device.backwardSecondsPerBlock / backwardSecondsPerBlock).toBeCloseTo(1, 3);
});

describe.concurrent('bench --fleet-profile refuses before it measures', () => {
  const mistakes: [string, string[], RegExp][] = [
    [
      'a profile without bandwidth',
      ['--fleet-profile', 'fleet.yaml', '--download-mbps', '80'],
      /--fleet-profile: expected this machine's bandwidth, got no --upload-mbps\./,
    ],
    ['a name without a profile', ['--id', 'laptop'], /--id: expected --fleet-profile with it, got none\./],
    ['an empty name', ['--id', ' '], /option '--id <name>' argument ' ' is invalid\. Expected a name\./],
    [
      'a bandwidth of 0',
      ['--fleet-profile', 'fleet.yaml', '--upload-mbps', '0', '--download-mbps', '1'],
      /option '--upload-mbps <x>' argument '0' is invalid\. Expected a number above 0\./,
    ],
    [
      'a file of another name',
      ['--fleet-profile', 'jetson-80', ...bandwidth],
      /expected the path of a fleet file that ends in \.yaml, \.yml or \.json, got "jetson-80"/,
    ],
  ];
  test.for(mistakes)('%s', async ([, options, message]) => {
    expectBadInput(await runLegend('bench', '--model', 'none', ...options), message);
  });

  test('a file that is no fleet of devices, which stays as it was', async () => {
    const file = await writeTextFile('fleet.yaml', 'extends: jetson-80 # ours\n');
    const refused = await runLegend('bench', '--model', 'none', '--fleet-profile', file, ...bandwidth);
    expectBadInput(refused, /fleet\.yaml: expected a fleet that lists devices, .* got a fleet of kinds/);
    expect(await readFile(file, 'utf8')).toBe('extends: jetson-80 # ours\n');
    await writeFile(file, 'devices: [{ id: a, memoryBytes: -1 }]\n');
    const figures = await runLegend('bench', '--model', 'none', '--fleet-profile', file, ...bandwidth);
    expectBadInput(figures, /fleet\.yaml: devices\[0\]\.\w+ \("a"\): expected a/);
  });
});
