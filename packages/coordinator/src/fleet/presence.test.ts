import { limits } from '@legend-fl/protocol';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Presence } from './presence.ts';

const AWAY_MS = limits.awaySeconds * 1000;
const doing = { activity: 'training', round: 1, step: 2, steps: 8, loss: 0.5 } as const;

let changes: string[];
let presence: Presence;
beforeEach(() => {
  vi.useFakeTimers();
  changes = [];
  presence = new Presence(Date.now);
  presence.subscribe((device, change) => changes.push(`${device} ${change}`));
});
afterEach(() => {
  presence.stop();
  vi.useRealTimers();
});

test('a device is there until it has shown no sign of life for a while', () => {
  presence.touch('a');
  vi.advanceTimersByTime(AWAY_MS / 2);
  presence.touch('b', doing);
  presence.touch('a', doing);
  vi.advanceTimersByTime(AWAY_MS - 1000);
  expect([presence.isThere('a'), presence.isThere('b'), presence.size]).toEqual([true, true, 2]);
  presence.touch('b');
  vi.advanceTimersByTime(2000);
  expect([presence.isThere('a'), presence.isThere('b')]).toEqual([false, true]);
  expect(presence.find('a')?.doing).toEqual(doing);
  expect(changes).toEqual(['a came', 'b came', 'a progress', 'a went']);
});

test('an open poll keeps its device there, and for a while after it', () => {
  const release = presence.holdPoll('a');
  vi.advanceTimersByTime(3 * AWAY_MS);
  expect(presence.isThere('a')).toBe(true);
  release();
  vi.advanceTimersByTime(AWAY_MS - 1000);
  expect(presence.isThere('a')).toBe(true);
  vi.advanceTimersByTime(2000);
  expect(presence.isThere('a')).toBe(false);
});

test('one that has left is not there, whatever it says, until it polls', () => {
  presence.touch('a');
  presence.leave('a');
  presence.touch('a', doing);
  expect([presence.isThere('a'), presence.find('a')?.left]).toEqual([false, true]);
  presence.holdPoll('a')();
  expect([presence.isThere('a'), presence.find('a')?.left]).toEqual([true, false]);
  expect(changes).toEqual(['a came', 'a went', 'a came']);
});

test('its timer keeps no process alive and ends with it', () => {
  presence.touch('a');
  expect(vi.getTimerCount()).toBe(1);
  presence.stop();
  expect(vi.getTimerCount()).toBe(0);
});

test('a forgotten device is unknown', () => {
  presence.touch('a');
  presence.forget('a');
  expect([presence.isThere('a'), presence.find('a')]).toEqual([false, undefined]);
});
