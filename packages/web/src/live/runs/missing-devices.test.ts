import type { DeviceView } from '@legend-fl/protocol';
import { expect, test } from 'vitest';
import { sampleRun } from '../../testing/sample-run.fixture.ts';
import { listMissing } from './missing-devices.ts';

const [sample] = sampleRun({ devices: 1 }).devices;
const deviceOf = (name: string, changes: Partial<DeviceView>): DeviceView => ({
  ...(sample as DeviceView),
  name,
  depth: 2,
  assignedAt: 10_000,
  plannedSeconds: 30,
  step: 3,
  steps: 24,
  ...changes,
});

test('devices whose update is missing are named with what they do and for how long, the latest first', () => {
  const devices = [
    deviceOf('quick', { status: 'training' }),
    deviceOf('late', { status: 'away', plannedSeconds: 5 }),
    deviceOf('done', { status: 'updated' }),
    deviceOf('gone', { status: 'dropped' }),
    deviceOf('out', { status: 'idle', depth: null, assignedAt: null }),
  ];
  expect(listMissing(devices, 30_000)).toEqual([
    { name: 'late', doing: 'not heard from', seconds: 20, lateSeconds: 15 },
    { name: 'quick', doing: 'training, step 3 of 24', seconds: 20, lateSeconds: -10 },
  ]);
});
