import { expect, it } from 'vitest';
import { a, b, c, capacityOf, contextOf, costs } from '../testing/hand-worked-fleet.ts';
import type { Configuration } from './configuration.ts';
import { configureToFastest } from './fastest-configuration.ts';
import { greatestShared } from './minimum-cohort.ts';
import { configureOptimally } from './optimal-configuration.ts';

const depthsOf = ({ devices }: Configuration) => devices.map(({ depth }) => depth);
const fleet = contextOf({ a, b, c, s: capacityOf(0, 40, 0) });

it('keeps everybody at a depth that enough others have', () => {
  expect(depthsOf(configureToFastest(fleet, costs))).toEqual([4, 4, 2, 1]);
  expect(depthsOf(configureToFastest({ ...fleet, minimumCohort: 2 }, costs))).toEqual([4, 4, 2, 1]);
  expect(configureToFastest({ ...fleet, minimumCohort: 3 }, costs).devices).toEqual([
    { id: 'a', depth: 2, seconds: 14 },
    { id: 'b', depth: 2, seconds: 12 },
    { id: 'c', depth: 2, seconds: 15.5 },
    { id: 's', depth: 1, seconds: 40 },
  ]);
  expect(depthsOf(configureToFastest({ ...fleet, minimumCohort: 4 }, costs))).toEqual([1, 1, 1, 1]);
});

it('asks nothing of a round with fewer devices', () => {
  expect(depthsOf(configureToFastest({ ...fleet, minimumCohort: 5 }, costs))).toEqual([4, 4, 2, 1]);
});

it('is one of the depths that the optimal planner chooses too', () => {
  const optimal = (minimumCohort: number) =>
    configureOptimally({ ...fleet, minimumCohort }, costs, [1, 2, 3, 4], { stragglers: 'leave' });
  expect(optimal(1).devices.map(({ id, depth }) => [id, depth])).toEqual([
    ['a', 4],
    ['b', 4],
    ['c', 2],
  ]);
  expect(depthsOf(optimal(3))).toEqual([2, 2, 2]);
});

it('goes on where a trunk cache leaves a device a depth that too few others have', () => {
  // In 20 s x can do one block, its last, u two, 18 s, and v three, 18 s. Without the third v is left with one, 6 s: two take
  // it 22 s, for the trunk is cached below one block and below three. Then u is alone with its second block.
  const { devices } = contextOf({ x: { ...capacityOf(0, 20, 0), memoryBytes: 206 }, u: capacityOf(0, 9, 0) });
  const v = { id: 'v', capacity: capacityOf(5, 1, 0), trunkBlocks: [0, 2, 0, 0] };
  const context = { ...fleet, devices: [...devices, v] };
  expect(depthsOf(configureToFastest(context, costs))).toEqual([1, 2, 3]);
  expect(configureToFastest({ ...context, minimumCohort: 2 }, costs).devices).toEqual([
    { id: 'x', depth: 1, seconds: 20 },
    { id: 'u', depth: 1, seconds: 9 },
    { id: 'v', depth: 1, seconds: 6 },
  ]);
});

it.each([
  ['awaited devices, where they are enough', [5, 4, 3], [9, 9], 2, 4],
  ['all devices, where too few are awaited', [5], [9, 2], 2, 5],
] as const)('counts %s', (_, awaited, others, cohort, expected) => {
  const entries = [
    ...awaited.map((size) => ({ size, device: { id: 'a', capacity: a } })),
    ...others.map((size) => ({ size, device: { id: 'b', capacity: b, awaited: false as const } })),
  ];
  expect(greatestShared(entries, ({ size }) => size, cohort)).toBe(expected);
});
