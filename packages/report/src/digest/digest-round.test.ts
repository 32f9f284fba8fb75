import type { RoundRecord } from '@legend-fl/runs';
import { sampleRun } from '@legend-fl/runs/testing';
import { expect, test } from 'vitest';
import { digestRound } from './digest-round.ts';
import type { RosterEntry } from './roster.ts';

const recordOf = (devices: number) => {
  const [record] = sampleRun({ devices, rounds: 1, strategies: ['legend'] }).rounds.get('legend') ?? [];
  return record as RoundRecord;
};

test('of many devices some are kept to show, the slowest among them, and all are counted', () => {
  const record = recordOf(300);
  const digest = digestRound(record, new Map(), { devices: 20 });
  expect(digest.participants).toBe(300);
  expect(digest.devices).toHaveLength(20);
  expect(Math.max(...digest.devices.map(({ seconds }) => seconds))).toBe(record.roundSeconds);
  expect([...digest.depths]).toEqual(record.devices.map(({ depth }) => depth));
  const ofDepth = Map.groupBy(record.devices, ({ depth }) => depth);
  expect(digest.depthCounts).toEqual(new Map([...ofDepth].map(([depth, { length }]) => [depth, length])));
});

test('depths stand at the devices’ places on the roster, whoever takes part', () => {
  const record = recordOf(4);
  const [a, b, c, d] = record.devices as [Device, Device, Device, Device];
  const roster = new Map<string, RosterEntry>();
  const depthsOf = (...devices: readonly Device[]) => [
    ...digestRound({ ...record, devices: [...devices] }, roster, { devices: 20 }).depths,
  ];
  expect(depthsOf({ ...b, depth: 2 }, { ...a, depth: 3 })).toEqual([2, 3]);
  expect(depthsOf({ ...a, depth: 1 }, { ...d, depth: 4 })).toEqual([0, 1, 4]);
  expect(depthsOf({ ...c, depth: 5 })).toEqual([0, 0, 0, 5]);
  expect([...roster.keys()]).toEqual([b, a, d, c].map(({ id }) => id));
});

type Device = RoundRecord['devices'][number];
