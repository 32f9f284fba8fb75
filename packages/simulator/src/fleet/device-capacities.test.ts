import { describe, expect, test } from 'vitest';
import { type DeviceRound, deviceCapacities } from './device-capacities.ts';
import type { DevicesFleet } from './fleet.ts';
import { loadFleet } from './load-fleet.ts';

const jetsons = await loadFleet('jetson-80');
const work = { forwardFlopsPerBlock: 3.2e9, backwardFlopsPerBlock: 2.9e9 };
const roundOf = (round: number, seed = 7) => deviceCapacities(jetsons, { round, seed, work });
const modesOf = (devices: readonly DeviceRound[]) => devices.map(({ mode }) => mode);
const uploadsOf = (devices: readonly DeviceRound[]) =>
  devices.map(({ capacity }) => 8e-6 / capacity.uploadSecondsPerByte);

describe('a fleet of kinds', () => {
  test('gives the same round for the same seed, in any order of asking', () => {
    const later = roundOf(45);
    roundOf(1);
    expect(roundOf(45)).toEqual(later);
    expect(roundOf(45, 8)).not.toEqual(later);
  });

  test('gives a device the same round whatever the size of the fleet', () => {
    const few = deviceCapacities(jetsons, { devices: 20, round: 3, seed: 7, work });
    const all = new Map(roundOf(3).map((device) => [device.id, device]));
    for (const device of few) expect(device).toEqual(all.get(device.id));
  });

  test('computes at utilisation times the peak of its mode', () => {
    for (const { kind, mode, capacity } of roundOf(1)) {
      if (kind !== 'jetson-tx2' || mode !== 'MAXN') continue;
      expect(capacity.forwardSecondsPerBlock).toBeCloseTo(3.2e9 / (0.48 * 0.67e12), 12);
      expect(capacity.backwardSecondsPerBlock).toBeCloseTo(2.9e9 / (0.48 * 0.67e12), 12);
      expect(capacity.memoryBytes).toBe(8e9);
    }
    expect(new Set(modesOf(roundOf(1))).size).toBeGreaterThan(3);
  });

  test("changes modes in each device's own every 20th round, a few devices at a time", () => {
    const rounds = Array.from({ length: 401 }, (_, index) => modesOf(roundOf(index + 1)));
    const switchesOf = (device: number) =>
      rounds.flatMap((modes, index) =>
        index > 0 && modes[device] !== rounds[index - 1]?.[device] ? index : [],
      );
    const phases =
      rounds[0]?.map((_, device) => new Set(switchesOf(device).map((index) => index % 20))) ?? [];
    expect(phases.every(({ size }) => size === 1)).toBe(true);
    expect(new Set(phases.flatMap((phase) => [...phase])).size).toBeGreaterThan(15);
    const switched = rounds.map((_, index) => phases.filter((phase) => phase.has(index % 20)).length);
    expect(Math.max(...switched)).toBeLessThan(15);
    // A redrawn mode is another one in two of three (TX2, NX) or three of four cases (AGX): 0.677 × 80 devices × 20.
    const switches = phases.reduce((sum, _, device) => sum + switchesOf(device).length, 0);
    expect(switches / (80 * 20)).toBeGreaterThan(0.64);
    expect(switches / (80 * 20)).toBeLessThan(0.71);
  });

  test('changes bandwidth every round, within the range and the half-overlapping bands of four distances', () => {
    expect(uploadsOf(roundOf(2))).not.toEqual(uploadsOf(roundOf(1)));
    const rounds = Array.from({ length: 200 }, (_, index) => uploadsOf(roundOf(index + 1)));
    const means: number[] = [];
    for (let device = 0; device < 80; device++) {
      const rates = rounds.map((round) => round[device] ?? 0);
      const low = Math.min(...rates);
      const high = Math.max(...rates);
      expect(low).toBeGreaterThanOrEqual(1);
      expect(high).toBeLessThanOrEqual(30);
      expect(high - low).toBeGreaterThan(10);
      expect(high - low).toBeLessThanOrEqual(29 * 0.4);
      means.push((low + high) / 2);
    }
    const centres = means.map((mean) => Math.round(((mean - 1) / 29) * 5));
    expect([...new Set(centres)].sort()).toEqual([1, 2, 3, 4]);
  });

  test('draws who is there, and for how long, from what the fleet says', () => {
    const flaky = { ...jetsons, absence: 0.25, dropout: 0.5 };
    const devices = deviceCapacities(flaky, { round: 1, seed: 7, work });
    expect(devices.some(({ available }) => !available)).toBe(true);
    expect(devices.some(({ vanishes }) => vanishes !== null)).toBe(true);
    expect(roundOf(1).every(({ available, vanishes }) => available && vanishes === null)).toBe(true);
  });
});

test('a fleet of listed devices keeps its figures in every round', () => {
  const fleet: DevicesFleet = {
    absence: 0,
    absenceRounds: 1,
    dropout: 0,
    devices: [
      {
        id: 'laptop',
        forwardSecondsPerBlock: 0.05,
        backwardSecondsPerBlock: 0.04,
        uploadBytesPerSecond: 1e6,
        downloadBytesPerSecond: 4e6,
        memoryBytes: 8e9,
      },
    ],
  };
  for (const round of [1, 21]) {
    expect(deviceCapacities(fleet, { round, seed: round, work })).toEqual([
      {
        id: 'laptop',
        kind: null,
        mode: null,
        available: true,
        vanishes: null,
        capacity: {
          forwardSecondsPerBlock: 0.05,
          backwardSecondsPerBlock: 0.04,
          uploadSecondsPerByte: 1e-6,
          downloadSecondsPerByte: 2.5e-7,
          memoryBytes: 8e9,
        },
      },
    ]);
  }
});
