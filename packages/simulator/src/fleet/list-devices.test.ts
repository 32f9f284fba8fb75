import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { KindsFleet } from './fleet.ts';
import { listDevices } from './list-devices.ts';
import { loadFleet } from './load-fleet.ts';

function fleetOf(counts: readonly number[]): KindsFleet {
  return {
    utilisation: 0.5,
    bandwidthMbps: { min: 1, max: 30, distancesMetres: [2] },
    modeRedrawRounds: 20,
    absence: 0,
    absenceRounds: 1,
    dropout: 0,
    kinds: counts.map((count, index) => ({
      kind: `kind${index}`,
      count,
      memoryGB: 8,
      modes: [{ mode: 'only', fp32Tflops: 1 }],
    })),
  };
}

function countKinds(fleet: KindsFleet, devices: number): number[] {
  const ids = listDevices(fleet, devices).map(({ id }) => id);
  return fleet.kinds.map(({ kind }) => ids.filter((id) => id.startsWith(`${kind}-`)).length);
}

test('a fleet of any size keeps the proportions of the kinds to within one device', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 1, max: 300 }),
      (counts, devices) => {
        const total = counts.reduce((sum, count) => sum + count, 0);
        const scaled = countKinds(fleetOf(counts), devices);
        expect(scaled.reduce((sum, count) => sum + count, 0)).toBe(devices);
        for (const [index, count] of scaled.entries()) {
          expect(Math.abs(count - ((counts[index] ?? 0) * devices) / total)).toBeLessThan(1);
        }
      },
    ),
  );
});

test('the 80 Jetsons shrink to 20 as 8, 10 and 2', async () => {
  const fleet = await loadFleet('jetson-80');
  const ids = listDevices(fleet, 20).map(({ id }) => id);
  expect(ids.filter((id) => id.startsWith('jetson-tx2-'))).toHaveLength(8);
  expect(ids.filter((id) => id.startsWith('jetson-xavier-nx-'))).toHaveLength(10);
  expect(ids.filter((id) => id.startsWith('jetson-agx-xavier-'))).toHaveLength(2);
  expect(new Set(ids).size).toBe(20);
  expect(ids[0]).toBe('jetson-tx2-001');
  expect(listDevices(fleet)).toHaveLength(80);
});

test('a fleet of listed devices gives its first ones and no more than it lists', () => {
  const device = {
    forwardSecondsPerBlock: 1,
    backwardSecondsPerBlock: 1,
    uploadBytesPerSecond: 1,
    downloadBytesPerSecond: 1,
    memoryBytes: 1,
  };
  const fleet = {
    absence: 0,
    absenceRounds: 1,
    dropout: 0,
    devices: ['a', 'b', 'c'].map((id) => ({ id, ...device })),
  };
  expect(listDevices(fleet).map(({ id }) => id)).toEqual(['a', 'b', 'c']);
  expect(listDevices(fleet, 2).map(({ id }) => id)).toEqual(['a', 'b']);
  expect(() => listDevices(fleet, 4)).toThrow('number of devices: expected at most 3');
});

test.each([0, -1, 1.5, Number.NaN])('%d devices are refused', (devices) => {
  expect(() => listDevices(fleetOf([1]), devices)).toThrow('expected a whole number above 0');
});
