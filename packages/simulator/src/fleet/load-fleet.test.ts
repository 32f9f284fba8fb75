import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError } from '@legend-fl/base';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { loadFleet } from './load-fleet.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'legend-fleet-'));
});
afterAll(() => rm(folder, { recursive: true }));

const kind = { kind: 'board', count: 2, memoryGB: 8, modes: [{ mode: 'MAXN', fp32Tflops: 0.67 }] };
const kinds = {
  utilisation: 0.48,
  bandwidthMbps: { min: 1, max: 30, distancesMetres: [2, 8] },
  modeRedrawRounds: 20,
  kinds: [kind],
};
const steady = { absence: 0, absenceRounds: 1, dropout: 0 };
const device = {
  id: 'edge-1',
  forwardSecondsPerBlock: 0.05,
  backwardSecondsPerBlock: 0.04,
  uploadBytesPerSecond: 1e6,
  downloadBytesPerSecond: 2e6,
  memoryBytes: 8e9,
};

async function load(text: string, file = 'fleet.yaml') {
  const path = join(folder, file);
  await writeFile(path, text);
  return loadFleet(path);
}

async function problemWith(text: string): Promise<{ code: string; message: string }> {
  const error: unknown = await load(text).then(
    () => new Error('was accepted'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof InputError)) throw error;
  return { code: error.code, message: error.message.replace(`${folder}/`, '') };
}

test('the built-in fleet has 80 devices of three kinds', async () => {
  const fleet = await loadFleet('jetson-80');
  if (!('kinds' in fleet)) throw new Error('expected kinds');
  expect(fleet.kinds.map(({ kind, count }) => [kind, count])).toEqual([
    ['jetson-tx2', 30],
    ['jetson-xavier-nx', 40],
    ['jetson-agx-xavier', 10],
  ]);
});

test('YAML and JSON files of kinds and of devices load', async () => {
  expect(await load(stringify(kinds))).toEqual({ ...kinds, ...steady });
  expect(await load(JSON.stringify({ devices: [device] }, null, '\t'), 'fleet.json')).toEqual({
    devices: [device],
    ...steady,
  });
});

test('an unknown name says which are known', async () => {
  await expect(loadFleet('jetson-8')).rejects.toThrow(
    'fleet: expected a fleet\'s name (jetson-80) or the path of a fleet file, got "jetson-8". Did you mean "jetson-80"?',
  );
  await expect(loadFleet('phones')).rejects.toThrow('got "phones". Give a known name, or a path');
});

test('a missing file is named', async () => {
  await expect(loadFleet('./none.yaml')).rejects.toThrow(
    './none.yaml: expected a YAML or JSON file, got no such file',
  );
});

test('a syntax error is named by line', async () => {
  const { code, message } = await problemWith('utilisation: 0.4\nkinds: [\n');
  expect(code).toBe('file-syntax');
  expect(message).toMatch(/^fleet\.yaml:\d: expected valid YAML or JSON/);
});

describe('figures that make no sense are refused with field and device', () => {
  const badFigures = [0, -1, Number.POSITIVE_INFINITY, Number.NaN];
  const fields = [
    'forwardSecondsPerBlock',
    'backwardSecondsPerBlock',
    'uploadBytesPerSecond',
    'downloadBytesPerSecond',
    'memoryBytes',
  ];
  test.each(fields.flatMap((field) => badFigures.map((figure) => [field, figure] as const)))(
    '%s %d',
    async (field, figure) => {
      const devices = [device, { ...device, id: 'edge-2', [field]: figure }];
      const { code, message } = await problemWith(stringify({ devices }));
      expect(code).toBe('fleet-invalid');
      expect(message).toMatch(`fleet.yaml: devices[1].${field} ("edge-2"): expected a`);
      expect(message).toMatch(`got ${figure}.`);
    },
  );

  test('in a mode of a kind', async () => {
    const text = stringify({ ...kinds, kinds: [{ ...kind, modes: [{ mode: 'MAXN', fp32Tflops: 0 }] }] });
    expect((await problemWith(text)).message).toBe(
      'fleet.yaml: kinds[0].modes[0].fp32Tflops ("board", "MAXN"): expected a number above 0, got 0. Correct it and try again.',
    );
  });

  test('a bandwidth range upside down', async () => {
    const text = stringify({ ...kinds, bandwidthMbps: { min: 30, max: 1, distancesMetres: [2] } });
    expect((await problemWith(text)).message).toMatch(/bandwidthMbps: expected max to be at least min/);
  });
});

test('an unknown key is named with the nearest known one', async () => {
  const { uploadBytesPerSecond: moved, ...rest } = device;
  const text = stringify({ devices: [{ ...rest, uploadBytePerSecond: moved }] });
  expect((await problemWith(text)).message).toMatch(
    /devices\[0\] \("edge-1"\): .* unknown key "uploadBytePerSecond"\. Did you mean "uploadBytesPerSecond"\?/,
  );
});

test.each([
  ['no devices', { devices: [] }, 'devices: expected a list of at least 1 item, got []'],
  ['no kinds', { ...kinds, kinds: [] }, 'kinds: expected a list of at least 1 item, got []'],
  ['an id twice', { devices: [device, device] }, 'devices: expected names that differ, got "edge-1" twice'],
  ['a kind twice', { ...kinds, kinds: [kind, kind] }, 'kinds: expected names that differ, got "board" twice'],
  [
    'both kinds and devices',
    { ...kinds, devices: [device] },
    'expected exactly one of the keys kinds, devices, extends, got kinds and devices. Remove one of the two.',
  ],
  [
    'both devices and extends',
    { extends: 'jetson-80', devices: [device] },
    'expected exactly one of the keys kinds, devices, extends, got devices and extends.',
  ],
  ['neither, mistyped', { device: [device] }, 'got "device". Did you mean "devices"?'],
  ['neither', { absence: 0.1 }, 'got none of them. Say which devices the fleet has.'],
  ['a number', 3, 'expected a group of keys, got 3'],
])('%s is refused', async (_, value, message) => {
  expect((await problemWith(stringify(value))).message).toContain(message);
});

describe('a fleet that extends a built-in one', () => {
  test('has its devices and its figures but for those named', async () => {
    const builtIn = await loadFleet('jetson-80');
    const about = 'mine';
    const bandwidthMbps = { min: 1, max: 5, distancesMetres: [2] };
    const changes = {
      about,
      absence: 0.1,
      absenceRounds: 3,
      dropout: 0.05,
      modeRedrawRounds: 5,
      bandwidthMbps,
    };
    expect(await load(stringify({ extends: 'jetson-80', ...changes }))).toEqual({ ...builtIn, ...changes });
    expect(await load('extends: jetson-80')).toEqual(builtIn);
  });

  test.each([
    [
      'a fleet that is not known',
      { extends: 'jetson-8' },
      'extends: expected one of jetson-80, got "jetson-8". Did you mean "jetson-80"?',
    ],
    ['a file', { extends: './base.yaml' }, 'extends: expected one of jetson-80, got "./base.yaml".'],
    [
      'a mistyped key',
      { extends: 'jetson-80', dropuot: 0.1 },
      'got the unknown key "dropuot". Did you mean "dropout"?',
    ],
    [
      'a key of a new fleet',
      { extends: 'jetson-80', provenance: {} },
      'got the unknown key "provenance". Remove it.',
    ],
    ['a mistyped extends', { extend: 'jetson-80', dropout: 0.1 }, 'got "extend". Did you mean "extends"?'],
    [
      'a bandwidth of 0',
      { extends: 'jetson-80', bandwidthMbps: { min: 0, max: 5, distancesMetres: [2] } },
      'bandwidthMbps.min: expected a number above 0, got 0.',
    ],
  ])('refuses %s', async (_, value, message) => {
    expect((await problemWith(stringify(value))).message).toContain(message);
  });
});

describe.each([
  ['of devices', { devices: [device] }],
  ['of kinds', kinds],
  ['that extends one', { extends: 'jetson-80' }],
])('a fleet %s', (_, fleet) => {
  test.each([
    [{ dropout: 1 }, 'dropout: expected a number below 1, got 1.'],
    [{ dropout: -0.1 }, 'dropout: expected a number at least 0, got -0.1.'],
    [{ dropout: null }, 'dropout: expected a finite number, got null.'],
    [{ absence: 1 }, 'absence: expected a number below 1, got 1.'],
    [{ absenceRounds: 0 }, 'absenceRounds: expected a number above 0, got 0.'],
    [{ absenceRounds: 1.5 }, 'absenceRounds: expected a whole number, got 1.5.'],
    [{ absenceRound: 2 }, 'got the unknown key "absenceRound". Did you mean "absenceRounds"?'],
  ])('with %j is refused', async (change, message) => {
    expect((await problemWith(stringify({ ...fleet, ...change }))).message).toContain(message);
  });
});
