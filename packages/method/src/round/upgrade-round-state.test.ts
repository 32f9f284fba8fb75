import { expect, test } from 'vitest';
import { pendingEffect } from './pending-effect.ts';
import { reduceRound } from './reduce-round.ts';
import { halfway, planOf, settingsOf, updateOf } from './round.fixture.ts';
import { startRounds } from './start-rounds.ts';
import { upgradeRoundState } from './upgrade-round-state.ts';

/** As version 2 stored a run in its first round, with one update of three in. */
const version2 = {
  formatVersion: 2,
  settings: settingsOf(),
  round: 1,
  attempt: 1,
  capacities: [],
  totals: { seconds: 0, bytesUp: 100, bytesDown: 200 },
  lastEvaluation: null,
  targetReachedRound: null,
  phase: 'collecting',
  plan: planOf(1, ['c', 'a', 'b']),
  devices: [
    [
      { id: 'a', status: 'assigned' },
      { id: 'b', status: 'updated', reference: 'update of b', examples: 16 },
      { id: 'c', status: 'assigned' },
    ],
  ],
  pending: 2,
  updated: 1,
};

test('a round of version 2 goes on', () => {
  const upgraded = upgradeRoundState(version2);
  if (upgraded === undefined) throw new Error('It is not known.');
  expect(pendingEffect(upgraded)).toMatchObject({ type: 'assign', devices: [{ id: 'c' }, { id: 'a' }] });
  const first = reduceRound(upgraded, updateOf('a'), halfway);
  expect(first.effects).toEqual([]);
  const { state, effects } = reduceRound(first.state, updateOf('c'), halfway);
  expect(state.phase).toBe('aggregating');
  expect(effects).toMatchObject([{ type: 'aggregate', updates: [{ id: 'c' }, { id: 'a' }, { id: 'b' }] }]);
});

test('a state of this version stays as it is, one of an unknown version is not read', () => {
  const { state } = startRounds(settingsOf());
  expect(upgradeRoundState(state)).toBe(state);
  expect(upgradeRoundState({ formatVersion: 1 })).toBeUndefined();
  expect(upgradeRoundState({ formatVersion: 4 })).toBeUndefined();
});
