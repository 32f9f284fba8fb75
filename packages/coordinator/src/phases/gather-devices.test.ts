import { describe, expect, test } from 'vitest';
import { Presence } from '../fleet/presence.ts';
import { parseRunSettings } from '../settings/run-settings.ts';
import type { StoredDevice } from '../store/store.ts';
import { gatherDevices, halveAfterUndone, neededDevices } from './gather-devices.ts';

const settingsOf = (changes: object) => parseRunSettings({ classes: ['a', 'b'], ...changes }, 'test');
const capacity = {
  forwardSecondsPerBlock: 1,
  backwardSecondsPerBlock: 1,
  uploadSecondsPerByte: 0,
  downloadSecondsPerByte: 0,
  memoryBytes: 1e9,
};
const deviceOf = (id: string, changes: Partial<StoredDevice> = {}) =>
  ({ id, revoked: false, quarantined: false, ...changes }) as StoredDevice;
const beat = { round: null, step: 0, steps: 0, loss: null };

test('ready is who is there, has told its capacity, and neither pauses nor is revoked or quarantined', () => {
  const presence = new Presence(Date.now);
  for (const id of ['there', 'silent', 'pausing', 'revoked', 'quarantined']) presence.touch(id);
  presence.touch('pausing', { ...beat, activity: 'paused' });
  presence.touch('left');
  presence.leave('left');
  const devices = ['away', 'left', 'there', 'silent', 'pausing'].map((id) => deviceOf(id));
  const capacities = [
    ['away', 'left', 'pausing', 'quarantined', 'revoked', 'there'].map((id) => ({ id, capacity })),
  ];
  const all = [
    ...devices,
    deviceOf('revoked', { revoked: true }),
    deviceOf('quarantined', { quarantined: true }),
  ];
  const state = { capacities, standings: [], round: 1 };
  const { ready, suspended } = gatherDevices(all, presence, state, settingsOf({}));
  expect(ready).toEqual([{ id: 'there', capacity }]);
  expect(suspended).toEqual([]);
  presence.stop();
});

describe('of devices that have let rounds down', () => {
  const ids = ['a', 'b', 'c', 'set back', 'suspect'];
  const standing = { faults: 1, setbacks: 1, untilRound: 9, reason: 'it failed' };
  const standings = [
    [
      { id: 'set back', ...standing, suspended: false },
      { id: 'suspect', ...standing, suspended: true },
    ],
  ];
  const gather = (settings: object, round: number) => {
    const presence = new Presence(Date.now);
    for (const id of ids) presence.touch(id);
    presence.stop();
    const capacities = [ids.toSorted().map((id) => ({ id, capacity }))];
    return gatherDevices(
      ids.map((id) => deviceOf(id)),
      presence,
      { capacities, standings, round },
      settingsOf(settings),
    );
  };

  test('one that was set back is not waited for, and a suspect is left out and named', () => {
    const { ready, suspended } = gather({}, 9);
    expect(ready.map(({ id, awaited }) => [id, awaited])).toEqual([
      ['a', undefined],
      ['b', undefined],
      ['c', undefined],
      ['set back', false],
    ]);
    expect(suspended).toEqual([{ id: 'suspect', reason: 'suspended until round 9: it failed' }]);
  });

  test('all are devices like others when their time is over', () => {
    const { ready, suspended } = gather({}, 10);
    expect(ready).toEqual(ids.map((id) => ({ id, capacity })));
    expect(suspended).toEqual([]);
  });

  test('those that a round cannot do without take part all the same, suspects last', () => {
    expect(gather({ minimumUpdates: 4 }, 9)).toMatchObject({
      ready: ids.slice(0, 4).map((id) => ({ id, capacity })),
      suspended: [{ id: 'suspect' }],
    });
    expect(gather({ minimumDevices: 5 }, 9).ready).toEqual(ids.map((id) => ({ id, capacity })));
  });
});

test('after a result that was not kept, and nobody to blame, half of the devices try again', () => {
  const devices = Array.from({ length: 10 }, (_, index) => `d-${index}`);
  const settings = settingsOf({});
  const halfOf = (attempt: number, undone: number) =>
    halveAfterUndone(devices, { undone, attempt, round: 3 }, settings);
  expect(halfOf(1, 0)).toBe(devices);
  expect([halfOf(2, 1).length, halfOf(3, 2).length]).toEqual([5, 5]);
  expect(halfOf(2, 1)).toEqual(halfOf(2, 1));
  expect(halfOf(2, 1)).not.toEqual(halfOf(3, 2));
  expect(halveAfterUndone(devices.slice(0, 3), { undone: 2, attempt: 3, round: 3 }, settings)).toHaveLength(
    3,
  );
});

test('a round waits for as many devices as it needs updates, at least', () => {
  expect(neededDevices(settingsOf({}))).toBe(3);
  expect(neededDevices(settingsOf({ minimumCohort: 1 }))).toBe(1);
  expect(neededDevices(settingsOf({ minimumDevices: 2, minimumUpdates: 5 }))).toBe(5);
});
