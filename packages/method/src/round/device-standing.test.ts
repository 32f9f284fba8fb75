import { describe, expect, test } from 'vitest';
import { type DeviceStanding, judgeDevice, treatDevice, type Verdict } from './device-standing.ts';
import type { DeviceTable } from './device-table.ts';

const good: Verdict = { kind: 'good' };
const fault = (severity: 'light' | 'grave' | 'suspect'): Verdict => ({
  kind: 'fault',
  severity,
  reason: 'it failed',
});

/** The standings of device `a` after a verdict in each of the rounds 1, 2, … */
function judge(...verdicts: readonly Verdict[]): DeviceTable<DeviceStanding> {
  return verdicts.reduce<DeviceTable<DeviceStanding>>(
    (standings, verdict, index) => judgeDevice(standings, 'a', index + 1, verdict),
    [],
  );
}

/** Rounds from 1 to 100 in which the device is not waited for. */
function roundsSetBack(standings: DeviceTable<DeviceStanding>): number[] {
  const rounds = Array.from({ length: 100 }, (_, index) => index + 1);
  return rounds.filter((round) => treatDevice(standings, 'a', round) !== 'awaited');
}

describe('a device', () => {
  test('that nothing is known of is waited for', () => {
    expect(treatDevice([], 'a', 1)).toBe('awaited');
  });

  test('has one light fault forgiven', () => {
    expect(roundsSetBack(judge(fault('light')))).toEqual([]);
    expect(judge(fault('light'), good)).toEqual([]);
  });

  test('is set back for four rounds after a second one, or a grave one', () => {
    expect(treatDevice(judge(fault('grave')), 'a', 2)).toBe('set-back');
    expect(roundsSetBack(judge(fault('grave')))).toEqual([1, 2, 3, 4, 5]);
    expect(Math.max(...roundsSetBack(judge(fault('light'), fault('light'))))).toBe(6);
  });

  test('is set back four times as long each time that it fails again, and clears itself by delivering', () => {
    const again = judgeDevice(judge(fault('grave')), 'a', 6, fault('light'));
    expect(Math.max(...roundsSetBack(again))).toBe(22);
    expect(Math.max(...roundsSetBack(judgeDevice(again, 'a', 23, fault('grave'))))).toBe(23 + 64);
    expect(judgeDevice(again, 'a', 8, good)).toEqual([]);
  });

  test('that may have spoilt a round gets no work for a while', () => {
    const standings = judge(fault('suspect'));
    expect(treatDevice(standings, 'a', 17)).toBe('suspended');
    expect(treatDevice(standings, 'a', 18)).toBe('awaited');
  });

  test('says why', () => {
    expect(judge(fault('light')).flat()).toMatchObject([{ id: 'a', reason: 'it failed' }]);
  });
});

test('a device that never delivers costs the others few deadlines, however long the run', () => {
  let standings: DeviceTable<DeviceStanding> = [];
  let deadlines = 0;
  for (let round = 1; round <= 1000; round++) {
    if (treatDevice(standings, 'a', round) !== 'awaited') continue;
    deadlines++;
    standings = judgeDevice(standings, 'a', round, fault('grave'));
  }
  expect(deadlines).toBeLessThanOrEqual(18);
});
