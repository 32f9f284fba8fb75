import type { Plan } from '@legend-fl/method';
import { expect, test } from 'vitest';
import type { SimulatedDevice } from './draw-round-devices.ts';
import { plannedDevices } from './planned-devices.ts';

function present(id: string, vanishes: number | null): SimulatedDevice {
  const capacity = {
    forwardSecondsPerBlock: 1,
    backwardSecondsPerBlock: 1,
    uploadSecondsPerByte: 1,
    downloadSecondsPerByte: 1,
    memoryBytes: 1,
  };
  return { id, kind: null, mode: null, capacity, available: true, vanishes, examples: [0], attack: null };
}

function planOf(seconds: Readonly<Record<string, number>>): Plan {
  return {
    round: 1,
    strategy: 'test',
    localSteps: 1,
    targetSeconds: 1,
    roundSeconds: 1,
    waitingSeconds: 0,
    rankDistribution: [1],
    devices: Object.entries(seconds).map(([id, each]) => ({
      id,
      depth: 1,
      ranks: [1],
      trunk: 'base',
      seconds: each,
      memoryBytes: 1,
      bytesUp: 1,
      bytesDown: 1,
    })),
    excluded: [],
  };
}

test('devices come in the order of the plan, those that it leaves out not at all', () => {
  const devices = [present('a', null), present('b', 0.5), present('c', null)];
  expect(plannedDevices(planOf({ c: 1, b: 1 }), devices)).toEqual([devices[2], devices[1]]);
});

test('where all devices of the plan would vanish, the one that would vanish last stays', () => {
  const devices = [present('left out', null), present('a', 0.9), present('b', 0.3), present('c', 0.2)];
  const planned = plannedDevices(planOf({ a: 1, b: 5, c: 6 }), devices);
  expect(planned.map(({ id, vanishes }) => [id, vanishes])).toEqual([
    ['a', 0.9],
    ['b', null],
    ['c', 0.2],
  ]);
  expect(devices[2]?.vanishes).toBe(0.3);
});

test('one stays even where all would vanish at once', () => {
  const planned = plannedDevices(planOf({ a: 1, b: 1 }), [present('a', 0), present('b', 0)]);
  expect(planned.map(({ vanishes }) => vanishes)).toEqual([null, 0]);
});

test('a device that is not there is a fault of the plan', () => {
  expect(() => plannedDevices(planOf({ a: 1 }), [])).toThrow('a, which is not there');
});
