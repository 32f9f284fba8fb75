import { describe, expect, test } from 'vitest';
import type { StoredDevice } from '../store/store.ts';
import { drawDevices, listReady, neededDevices } from './gather-devices.ts';
import { Presence } from './presence.ts';
import { parseRunSettings } from './run-settings.ts';

const settingsOf = (changes: object) => parseRunSettings({ classes: ['a', 'b'], ...changes }, 'test');
const capacity = {
  forwardSecondsPerBlock: 1,
  backwardSecondsPerBlock: 1,
  uploadSecondsPerByte: 0,
  downloadSecondsPerByte: 0,
  memoryBytes: 1e9,
};
const deviceOf = (id: string, revoked = false) => ({ id, revoked }) as StoredDevice;
const beat = { round: null, step: 0, steps: 0, loss: null };

test('ready is who is there, has told its capacity and neither pauses nor is revoked', () => {
  const presence = new Presence({ now: Date.now, onChange: () => {} });
  for (const id of ['there', 'silent', 'pausing', 'revoked']) presence.touch(id);
  presence.touch('pausing', { ...beat, activity: 'paused' });
  presence.touch('left');
  presence.leave('left');
  const devices = ['away', 'left', 'there', 'silent', 'pausing'].map((id) => deviceOf(id));
  const capacities = [['away', 'left', 'pausing', 'revoked', 'there'].map((id) => ({ id, capacity }))];
  const ready = listReady([...devices, deviceOf('revoked', true)], presence, { capacities });
  expect(ready).toEqual([{ id: 'there', capacity }]);
  presence.stop();
});

test('a round waits for as many devices as it needs updates, at least', () => {
  expect(neededDevices(settingsOf({}))).toBe(1);
  expect(neededDevices(settingsOf({ minimumDevices: 2, minimumUpdates: 5 }))).toBe(5);
});

describe('of the devices that are ready', () => {
  const ready = Array.from({ length: 10 }, (_, place) => place);

  test('all take part by default', () => {
    expect(drawDevices(ready, settingsOf({}), 1)).toEqual(ready);
    expect(drawDevices(ready, settingsOf({ devicesPerRound: 20 }), 1)).toEqual(ready);
  });

  test('else so many, in their order, others in each round, the same with the same seed', () => {
    const settings = settingsOf({ devicesPerRound: 4 });
    const rounds = [1, 2, 3, 4, 5].map((round) => drawDevices(ready, settings, round));
    for (const drawn of rounds) expect(drawn).toEqual([...drawn].sort((one, other) => one - other));
    expect(rounds.map((drawn) => drawn.length)).toEqual([4, 4, 4, 4, 4]);
    expect(new Set(rounds.map(String)).size).toBeGreaterThan(1);
    expect(drawDevices(ready, settings, 3)).toEqual(rounds[2]);
    expect(new Set(rounds.flat()).size).toBeGreaterThan(6);
  });
});
