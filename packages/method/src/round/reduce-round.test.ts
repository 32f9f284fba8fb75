import { describe, expect, test } from 'vitest';
import { pendingEffect } from './pending-effect.ts';
import { reduceRound } from './reduce-round.ts';
import { capacityOf, dropOf, halfway, planOf, settingsOf, updateOf } from './round.fixture.ts';
import type { RoundEvent } from './round-event.ts';
import type { RoundSettings } from './round-settings.ts';
import type { RoundState } from './round-state.ts';
import type { RoundStep } from './round-step.ts';
import { startRounds } from './start-rounds.ts';

/** The step of the last event. */
function play(settings: Partial<RoundSettings>, ...events: readonly RoundEvent[]): RoundStep {
  return events.reduce<RoundStep>(
    ({ state }, event) => reduceRound(state, event, halfway),
    startRounds(settingsOf(settings)),
  );
}

const planned = (...ids: readonly string[]): RoundEvent => ({ type: 'planned', plan: planOf(1, ids) });
const deadline: RoundEvent = { type: 'deadline-passed', round: 1, attempt: 1, elapsedSeconds: 60 };
const aggregated: RoundEvent = { type: 'aggregated', round: 1 };
const evaluated: RoundEvent = { type: 'evaluated', round: 1, accuracy: 0.8, loss: 0.5 };
const stopped: RoundEvent = { type: 'stopped' };
const accepted = (id: string) => ({
  id,
  status: 'updated',
  reference: `update of ${id}`,
  examples: 16,
  elapsedSeconds: 40,
});

describe('the course of a round', () => {
  test('starts with planning', () => {
    const { state, effects } = startRounds(settingsOf());
    expect(state).toMatchObject({ phase: 'planning', round: 1, attempt: 1, formatVersion: 3 });
    expect(effects).toEqual([{ type: 'plan-round', round: 1, attempt: 1 }]);
  });

  test('assigns the devices of the plan', () => {
    const { effects } = play({}, planned('a', 'b'));
    expect(effects).toEqual([
      { type: 'assign', round: 1, attempt: 1, devices: planOf(1, ['a', 'b']).devices },
    ]);
  });

  test('aggregates in the order of the plan once the last device has updated', () => {
    const early = play({}, planned('a', 'b'), updateOf('b'));
    expect(early).toMatchObject({ state: { phase: 'collecting' }, effects: [] });
    const { state, effects } = play({}, planned('a', 'b'), updateOf('b'), updateOf('a'));
    expect(state.phase).toBe('aggregating');
    expect(effects).toEqual([{ type: 'aggregate', round: 1, updates: [accepted('a'), accepted('b')] }]);
  });

  test('goes on to evaluation, then to the next round', () => {
    expect(play({}, planned('a'), updateOf('a'), aggregated).effects).toEqual([
      { type: 'evaluate', round: 1 },
    ]);
    const { state, effects } = play({}, planned('a'), updateOf('a'), aggregated, evaluated);
    expect(effects).toEqual([{ type: 'plan-round', round: 2, attempt: 1 }]);
    expect(state.lastEvaluation).toEqual({ round: 1, accuracy: 0.8, loss: 0.5 });
    expect(state).not.toHaveProperty('devices');
  });

  test('finishes at the target accuracy', () => {
    const { state, effects } = play(
      { targetAccuracy: 0.8, rounds: 1 },
      planned('a'),
      updateOf('a'),
      aggregated,
      evaluated,
    );
    expect(effects).toEqual([{ type: 'finish', reason: 'target-reached' }]);
    expect(state.targetReachedRound).toBe(1);
  });

  test('finishes after the last round where the target was not reached', () => {
    const { state, effects } = play(
      { targetAccuracy: 0.81, rounds: 1 },
      planned('a'),
      updateOf('a'),
      aggregated,
      evaluated,
    );
    expect(effects).toEqual([{ type: 'finish', reason: 'last-round' }]);
    expect(state.targetReachedRound).toBeNull();
  });

  test('sums seconds and bytes', () => {
    const { state } = play({}, planned('a', 'b'), dropOf('a'), updateOf('b'));
    expect(state.totals).toEqual({ seconds: 40, bytesUp: 100, bytesDown: 400 });
  });
});

describe('closing', () => {
  test('happens when the devices that were not dropped have updated', () => {
    const { effects } = play({}, planned('a', 'b', 'c'), updateOf('c'), dropOf('a'), updateOf('b'));
    expect(effects).toMatchObject([{ type: 'aggregate', updates: [accepted('b'), accepted('c')] }]);
  });

  test('happens at the needed count', () => {
    const { state } = play({ needed: { count: 1 } }, planned('a', 'b', 'c'), updateOf('b'));
    expect(state.phase).toBe('aggregating');
  });

  test.each([
    [0.5, 3, 2],
    [0.55, 100, 55],
    [0.01, 3, 1],
  ])('happens at the needed share: %d of %d devices is %d', (share, assigned, count) => {
    const ids = Array.from({ length: assigned }, (_, index) => `device-${index}`);
    const updates = ids.slice(0, count).map((id) => updateOf(id));
    expect(play({ needed: { share } }, planned(...ids), ...updates.slice(1)).state.phase).toBe('collecting');
    expect(play({ needed: { share } }, planned(...ids), ...updates).state.phase).toBe('aggregating');
  });

  test('never happens early with fewer than the minimum', () => {
    const { state } = play(
      { needed: { count: 1 }, minimumUpdates: 2 },
      planned('a', 'b', 'c'),
      updateOf('a'),
    );
    expect(state.phase).toBe('collecting');
  });

  test('happens at the deadline with what is there', () => {
    const { state, effects } = play({}, planned('a', 'b'), updateOf('b'), deadline);
    expect(effects).toMatchObject([{ type: 'aggregate', updates: [accepted('b')] }]);
    expect(state.totals.seconds).toBe(60);
  });

  test('ignores a deadline that lost the race against the last update', () => {
    const before = play({}, planned('a'), updateOf('a'));
    expect(reduceRound(before.state, deadline, halfway)).toEqual({ state: before.state, effects: [] });
    const next = play({}, planned('a'), updateOf('a'), aggregated, evaluated);
    expect(reduceRound(next.state, deadline, halfway)).toEqual({ state: next.state, effects: [] });
  });
});

describe('a round with too few updates', () => {
  const tooFew = [planned('a', 'b'), updateOf('a'), dropOf('b')];

  test('is repeated, without the updates of the failed attempt', () => {
    const { state, effects } = play({ minimumUpdates: 2 }, ...tooFew);
    expect(state).toMatchObject({ phase: 'planning', round: 1, attempt: 2 });
    expect(effects).toEqual([
      { type: 'discard', updates: [accepted('a')] },
      { type: 'repeat-round', round: 1, attempt: 2, reason: '1 of at least 2 updates came in.' },
      { type: 'plan-round', round: 1, attempt: 2 },
    ]);
  });

  test('does not take updates or deadlines of the failed attempt for those of the next', () => {
    const again = [...tooFew, planned('a', 'b')];
    expect(play({ minimumUpdates: 2 }, ...again, updateOf('a')).effects).toMatchObject([
      { code: 'old-round' },
    ]);
    expect(play({ minimumUpdates: 2 }, ...again, deadline).state.phase).toBe('collecting');
  });

  test('ends the run when the attempts are used up', () => {
    const { state, effects } = play({ minimumUpdates: 2, maximumAttempts: 1 }, ...tooFew);
    expect(effects).toEqual([
      { type: 'discard', updates: [accepted('a')] },
      { type: 'finish', reason: 'too-few-updates' },
    ]);
    expect(state.totals.seconds).toBe(30);
  });

  test('counts attempts anew in the next round', () => {
    const second = { attempt: 2 };
    const { state } = play(
      {},
      planned('a'),
      dropOf('a'),
      planned('a'),
      updateOf('a', second),
      aggregated,
      evaluated,
    );
    expect(state).toMatchObject({ phase: 'planning', round: 2, attempt: 1 });
  });

  test('may be one whose plan has no devices', () => {
    expect(play({}, planned()).effects.at(-1)).toEqual({ type: 'plan-round', round: 1, attempt: 2 });
  });
});

describe('events of devices that cannot count', () => {
  const open = [planned('a', 'b')];
  const closed = [planned('a', 'b'), updateOf('a'), deadline];
  const over = [...closed, aggregated, evaluated];
  const ended = [planned('a', 'b'), stopped];
  const cases: readonly (readonly [string, readonly RoundEvent[], RoundEvent, string])[] = [
    ['an update of an old round', over, updateOf('a'), 'old-round'],
    ['a drop of an old round', over, dropOf('a'), 'old-round'],
    ['an update of a later round', open, updateOf('a', { round: 2 }), 'round-not-open'],
    ['an update before the plan', [], updateOf('a'), 'round-not-open'],
    ['an update of a device without assignment', open, updateOf('c'), 'unknown-device'],
    ['an update named after an object property', open, updateOf('constructor'), 'unknown-device'],
    ['a drop of a device without assignment', open, dropOf('c'), 'unknown-device'],
    ['an update after the round closed', closed, updateOf('b'), 'round-closed'],
    ['a drop after the round closed', closed, dropOf('b'), 'round-closed'],
    [
      'a second, different update',
      [...open, updateOf('a')],
      updateOf('a', { reference: 'x' }),
      'conflicting-update',
    ],
    [
      'a different update after the round closed',
      closed,
      updateOf('a', { reference: 'x' }),
      'conflicting-update',
    ],
    ['an update of a dropped device', [...open, dropOf('a')], updateOf('a'), 'device-dropped'],
    ['an update after the end of the run', ended, updateOf('a'), 'run-finished'],
    [
      'a capacity after the end of the run',
      ended,
      { type: 'capacity-reported', deviceId: 'a', observed: capacityOf(1) },
      'run-finished',
    ],
  ];

  test.each(cases)('%s is rejected and changes nothing', (_, before, event, code) => {
    const { state } = play({}, ...before);
    const step = reduceRound(state, event, halfway);
    expect(step.state).toBe(state);
    expect(step.effects).toMatchObject([
      { type: 'reject', deviceId: 'deviceId' in event ? event.deviceId : '', code },
    ]);
  });

  const repeats: readonly (readonly [string, readonly RoundEvent[], RoundEvent])[] = [
    ['the same update again', [...open, updateOf('a')], updateOf('a')],
    ['the same update after the round closed', closed, updateOf('a')],
    ['a second drop', [...open, dropOf('a')], dropOf('a')],
    ['a drop after the update', [...open, updateOf('a')], dropOf('a')],
  ];

  test.each(repeats)('%s does nothing', (_, before, event) => {
    const { state } = play({}, ...before);
    expect(reduceRound(state, event, halfway)).toEqual({ state, effects: [] });
  });
});

describe('events of the driver that do not fit', () => {
  const assigned = [planned('a')];
  const cases: readonly (readonly [string, readonly RoundEvent[], RoundEvent])[] = [
    ['Event planned of round 1 does not fit phase collecting of round 1.', assigned, planned('a')],
    [
      'Event planned of round 2 does not fit phase planning of round 1.',
      [],
      { type: 'planned', plan: planOf(2, ['a']) },
    ],
    ['Event aggregated of round 1 does not fit phase planning of round 1.', [], aggregated],
    [
      'Event aggregated of round 2 does not fit phase aggregating of round 1.',
      [...assigned, updateOf('a')],
      { type: 'aggregated', round: 2 },
    ],
    ['Event evaluated of round 1 does not fit phase collecting of round 1.', assigned, evaluated],
    ['Event deadline-passed of round 1 does not fit phase planning of round 1.', [], deadline],
    [
      'Event deadline-passed of round 2 does not fit phase collecting of round 1.',
      assigned,
      { ...deadline, round: 2 },
    ],
  ];

  test.each(cases)('throw: %s', (message, before, event) => {
    const { state } = play({}, ...before);
    expect(() => reduceRound(state, event, halfway)).toThrow(message);
  });
});

describe('stopping', () => {
  const phases: readonly (readonly [RoundState['phase'], readonly RoundEvent[]])[] = [
    ['planning', []],
    ['collecting', [planned('a')]],
    ['aggregating', [planned('a'), updateOf('a')]],
    ['evaluating', [planned('a'), updateOf('a'), aggregated]],
  ];

  test.each(phases)('finishes the run while %s', (phase, before) => {
    expect(play({}, ...before).state.phase).toBe(phase);
    const { state, effects } = play({}, ...before, stopped);
    expect(state).toMatchObject({ phase: 'finished', reason: 'stopped' });
    expect(effects).toEqual([{ type: 'finish', reason: 'stopped' }]);
  });

  test('discards the updates of an open round', () => {
    expect(play({}, planned('a', 'b'), updateOf('a'), stopped).effects).toEqual([
      { type: 'discard', updates: [accepted('a')] },
      { type: 'finish', reason: 'stopped' },
    ]);
  });

  test('lets work of the driver that is still under way come in', () => {
    const { state } = play({}, planned('a'), updateOf('a'), stopped);
    for (const event of [planned('a'), deadline, aggregated, evaluated, stopped]) {
      expect(reduceRound(state, event, halfway)).toEqual({ state, effects: [] });
    }
  });
});

describe('capacities', () => {
  test('move with reports and with accepted updates, once each', () => {
    const { state } = play(
      {},
      { type: 'capacity-reported', deviceId: 'a', observed: capacityOf(1) },
      { type: 'capacity-reported', deviceId: 'b', observed: capacityOf(7) },
      planned('a', 'b'),
      updateOf('a', { observed: capacityOf(3) }),
      updateOf('a', { observed: capacityOf(3) }),
      updateOf('a', { observed: capacityOf(3), reference: 'x' }),
    );
    expect(state.capacities.flat()).toEqual([
      { id: 'a', capacity: capacityOf(2) },
      { id: 'b', capacity: capacityOf(7) },
    ]);
  });
});

describe('continuing from a stored state', () => {
  test('assigns again only the devices that owe an update', () => {
    const { state } = play({}, planned('a', 'b', 'c'), updateOf('a'), dropOf('b'));
    expect(pendingEffect(state)).toEqual({
      type: 'assign',
      round: 1,
      attempt: 1,
      devices: planOf(1, ['c']).devices,
    });
  });
});

describe('devices that the round does not wait for', () => {
  const plan = (...unawaited: readonly string[]): RoundEvent => ({
    type: 'planned',
    plan: planOf(1, ['a', 'b', 'c'], unawaited),
  });

  test('close nothing and keep nothing open', () => {
    const { state, effects } = play({}, plan('b'), updateOf('a'), updateOf('c'));
    expect(state.phase).toBe('aggregating');
    expect(effects).toMatchObject([{ type: 'aggregate', updates: [{ id: 'a' }, { id: 'c' }] }]);
  });

  test('count when they are in time', () => {
    const { effects } = play({}, plan('b'), updateOf('b'), updateOf('a'), updateOf('c'));
    expect(effects).toMatchObject([{ updates: [{ id: 'a' }, { id: 'b' }, { id: 'c' }] }]);
  });

  test('are waited for after all where the round needs their updates', () => {
    const events = [plan('b'), updateOf('a'), updateOf('c')];
    expect(play({ minimumUpdates: 3 }, ...events).state.phase).toBe('collecting');
    expect(play({ minimumUpdates: 3 }, ...events, updateOf('b')).state.phase).toBe('aggregating');
  });

  test('are not blamed for a deadline', () => {
    const { state } = play({}, plan('b'), updateOf('a'), deadline);
    expect(state.standings.flat()).toMatchObject([{ id: 'c', reason: expect.stringContaining('in time') }]);
  });
});

describe('what a round tells of its devices', () => {
  const standingsAfter = (...events: readonly RoundEvent[]) => play({}, ...events).state.standings.flat();

  test('who delivers is in good standing', () => {
    expect(standingsAfter(planned('a', 'b'), updateOf('a'), updateOf('b'))).toEqual([]);
  });

  test('who takes four times as long as the others, and is late, has a fault', () => {
    const slow = updateOf('b', { elapsedSeconds: 170 });
    expect(standingsAfter(planned('a', 'b', 'c'), updateOf('a'), updateOf('c'), slow)).toMatchObject([
      { id: 'b', faults: 1, untilRound: 0, reason: 'it took 170 s, others 40 s' },
    ]);
  });

  test('of two devices, the slow one is not what is typical', () => {
    const slow = updateOf('b', { elapsedSeconds: 1000 });
    expect(standingsAfter(planned('a', 'b'), updateOf('a'), slow)).toMatchObject([{ id: 'b' }]);
  });

  test('who claims what does not hold has a fault, and is planned by what it did', () => {
    const lie = updateOf('b', {
      elapsedSeconds: 65,
      observed: {
        ...capacityOf(1e-9),
        backwardSecondsPerBlock: 1e-9,
        uploadSecondsPerByte: 0,
        downloadSecondsPerByte: 0,
      },
    });
    const { state } = play({}, planned('a', 'b'), updateOf('a'), lie);
    expect(state.standings.flat()).toMatchObject([{ id: 'b', faults: 1 }]);
    const believed = state.capacities.flat()[0]?.capacity;
    expect(believed?.forwardSecondsPerBlock).toBeGreaterThan(1e-3);
  });

  test('an update that is left out of the sum is no update of the round', () => {
    const leftOut = [{ deviceId: 'b', reason: 'its change is 900 times the median' }];
    const { state } = play({}, planned('a', 'b'), updateOf('a'), updateOf('b'), { ...aggregated, leftOut });
    expect(state).toMatchObject({
      phase: 'evaluating',
      devices: [
        [
          { id: 'a', status: 'updated' },
          { id: 'b', status: 'dropped', reason: leftOut[0]?.reason },
        ],
      ],
      standings: [[{ id: 'b', untilRound: 5, suspended: false }]],
    });
  });
});

describe('a result that is not kept', () => {
  const undone = (attempt: number, suspects: readonly string[] = []): RoundEvent => ({
    type: 'undone',
    round: 1,
    attempt,
    reason: 'Its loss is no number.',
    suspects: suspects.map((deviceId) => ({ deviceId, reason: 'it stands out' })),
  });
  const first = [planned('a', 'b'), updateOf('a'), updateOf('b'), aggregated];

  test('is followed by another attempt at the round', () => {
    const { state, effects } = play({}, ...first, undone(1, ['b']));
    expect(state).toMatchObject({ phase: 'planning', round: 1, attempt: 2, undone: 0, lastEvaluation: null });
    expect(state.standings.flat()).toMatchObject([{ id: 'b', suspended: true, untilRound: 17 }]);
    expect(effects).toMatchObject([{ type: 'repeat-round', attempt: 2 }, { type: 'plan-round' }]);
  });

  test('is counted while no device stands out, until a round is kept', () => {
    const second = [planned('a'), updateOf('a', { attempt: 2 }), aggregated];
    expect(play({}, ...first, undone(1)).state.undone).toBe(1);
    expect(play({ maximumAttempts: 3 }, ...first, undone(1), ...second, undone(2)).state.undone).toBe(2);
    expect(play({}, ...first, undone(1), ...second, evaluated).state).toMatchObject({ round: 2, undone: 0 });
  });

  test('ends the run when the attempts are used up', () => {
    const { state } = play({ maximumAttempts: 1 }, ...first, undone(1));
    expect(state).toMatchObject({ phase: 'finished', reason: 'no-good-round' });
  });

  test('of another attempt is a fault of the driver', () => {
    expect(() => play({}, ...first, undone(2))).toThrow('does not fit');
  });
});

test('totals stay whole numbers that JSON carries, whatever bytes are told', () => {
  const much = { bytesUp: Number.MAX_SAFE_INTEGER, bytesDown: Number.MAX_SAFE_INTEGER };
  const { state } = play({}, planned('a', 'b'), updateOf('a', much), updateOf('b', much));
  expect(state.totals).toMatchObject(much);
});
