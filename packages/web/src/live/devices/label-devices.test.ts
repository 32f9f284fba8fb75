import type { DeviceView } from '@legend-fl/protocol';
import { expect, test } from 'vitest';
import { sampleRun } from '../../testing/sample-run.fixture.ts';
import { labelDevices } from './label-devices.ts';

const [sample] = sampleRun({ devices: 1 }).devices;
const devicesOf = (...given: readonly [id: string, name: string][]): DeviceView[] =>
  given.map(([id, name]) => ({ ...(sample as DeviceView), id, name }));
const labels = (devices: readonly DeviceView[]) => labelDevices(devices).map(({ name }) => name);

test('devices of the same name are told apart by the end of their ids, others keep their name', () => {
  const devices = devicesOf(['d-11113f2a', 'vm'], ['d-2222bbbb', 'vm'], ['d-33333f2a', 'desk']);
  expect(labels(devices)).toEqual(['vm (3f2a)', 'vm (bbbb)', 'desk']);
  expect(labelDevices(devices)[0]?.givenName).toBe('vm');
});

test('as much of the ids is shown as tells them apart', () => {
  expect(labels(devicesOf(['d-13f2a', 'vm'], ['d-23f2a', 'vm']))).toEqual(['vm (13f2a)', 'vm (23f2a)']);
});
