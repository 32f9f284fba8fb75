import { expect, test } from 'vitest';
import type { StoredDevice } from '../store/store.ts';
import { DeviceRegistry } from './device-registry.ts';

const deviceOf = (id: string, place: number, run = 'run', revoked = false) =>
  ({ id, place, run, revoked }) as StoredDevice;

test('devices of a run are in order of enrolment, whatever order they come in', () => {
  const registry = new DeviceRegistry();
  for (const place of [3, 1, 5, 2, 4]) registry.put(deviceOf(`d${place}`, place));
  registry.put(deviceOf('other', 6, 'another'));
  expect(registry.ofRun('run').map(({ id }) => id)).toEqual(['d1', 'd2', 'd3', 'd4', 'd5']);
  expect(registry.ofRun('another').map(({ id }) => id)).toEqual(['other']);
  expect(registry.ofRun('none')).toEqual([]);
});

test('what has changed of a device takes the place of what was known', () => {
  const registry = new DeviceRegistry();
  for (const place of [1, 2, 3]) registry.put(deviceOf(`d${place}`, place));
  registry.put(deviceOf('d2', 2, 'run', true));
  expect(registry.ofRun('run').map(({ revoked }) => revoked)).toEqual([false, true, false]);
  expect([...registry.all()]).toHaveLength(3);
  expect(registry.find('d2')?.revoked).toBe(true);
});
