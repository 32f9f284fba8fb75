import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkDeviceFile, putDeviceProfile } from './device-file.ts';
import { loadFleet } from './load-fleet.ts';

const newPath = async (name: string) => join(await mkdtemp(join(tmpdir(), 'legend-device-')), name);

const laptop = {
  id: 'laptop',
  about: 'batches of 16 x 64 tokens: a note with a colon',
  forwardSecondsPerBlock: 0.02,
  backwardSecondsPerBlock: 0.01,
  uploadBytesPerSecond: 1e6,
  downloadBytesPerSecond: 2e6,
  memoryBytes: 8e9,
};
const box = { ...laptop, id: 'box', forwardSecondsPerBlock: 0.2 };
const slower = { ...laptop, forwardSecondsPerBlock: 0.04 };

async function devicesOf(path: string) {
  const fleet = await loadFleet(path);
  if (!('devices' in fleet)) throw new Error('expected devices');
  return fleet.devices;
}

test.each(['fleet.yaml', 'fleet.json'])('%s is made, grows, and keeps other devices', async (name) => {
  const path = await newPath(name);
  await putDeviceProfile(path, laptop);
  expect(await devicesOf(path)).toEqual([laptop]);
  await putDeviceProfile(path, box);
  expect(await devicesOf(path)).toEqual([laptop, box]);
  await putDeviceProfile(path, slower);
  expect(await devicesOf(path)).toEqual([slower, box]);
  expect(await readdir(join(path, '..'))).toEqual([name]);
  if (name.endsWith('.json')) expect(JSON.parse(await readFile(path, 'utf8')).devices).toHaveLength(2);
});

test('comments and other keys of the file stay', async () => {
  const path = await newPath('fleet.yaml');
  const text = `# Ours.\nabsence: 0.1 # lunch\ndevices:\n  # The old box.\n  - ${JSON.stringify(box)}\n`;
  await writeFile(path, text);
  await putDeviceProfile(path, laptop);
  const written = await readFile(path, 'utf8');
  for (const comment of ['# Ours.', '# lunch', '# The old box.']) expect(written).toContain(comment);
  expect(await loadFleet(path)).toMatchObject({ absence: 0.1, devices: [box, laptop] });
});

test('a figure that other devices refer to outlives the device that named it', async () => {
  const path = await newPath('fleet.yaml');
  const rest = JSON.stringify({ ...box, memoryBytes: undefined }).slice(1, -1);
  const first = JSON.stringify({ ...laptop, memoryBytes: undefined }).slice(1, -1);
  await writeFile(
    path,
    `devices:\n  - { ${first}, memoryBytes: &m 8e9 }\n  - { ${rest}, memoryBytes: *m }\n`,
  );
  await putDeviceProfile(path, slower);
  expect(await devicesOf(path)).toEqual([slower, box]);
});

describe('refused, with the file as it was', () => {
  test.each([
    [
      'kinds',
      'extends: jetson-80',
      'expected a fleet that lists devices, to write one into, got a fleet of kinds',
    ],
    [
      'no fleet',
      'title: thesis',
      'expected exactly one of the keys kinds, devices, extends, got none of them',
    ],
    [
      'bad figures',
      JSON.stringify({ devices: [{ ...box, memoryBytes: 0 }] }),
      'memoryBytes ("box"): expected a number above 0',
    ],
    ['no YAML', 'devices: [', 'expected valid YAML or JSON'],
    ['nothing', '', 'expected a group of keys, got null'],
  ])('a file of %s', async (_, text, message) => {
    const path = await newPath('fleet.yaml');
    await writeFile(path, text);
    await expect(checkDeviceFile(path)).rejects.toThrow(message);
    await expect(putDeviceProfile(path, laptop)).rejects.toThrow(message);
    expect(await readFile(path, 'utf8')).toBe(text);
  });

  test.each(['fleet', 'jetson-80', 'fleet.txt'])('the name %s', async (name) => {
    await expect(checkDeviceFile(await newPath(name))).rejects.toThrow('ends in .yaml, .yml or .json');
  });

  test('a device of no speed', async () => {
    const path = await newPath('fleet.yaml');
    await expect(putDeviceProfile(path, { ...laptop, backwardSecondsPerBlock: -1 })).rejects.toThrow(
      'laptop: backwardSecondsPerBlock: expected a number above 0, got -1',
    );
    expect(await readdir(join(path, '..'))).toEqual([]);
  });
});
