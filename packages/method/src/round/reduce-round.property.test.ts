import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { pendingEffect } from './pending-effect.ts';
import { reduceRound } from './reduce-round.ts';
import { capacityOf, dropOf, halfway, planOf, settingsOf, updateOf } from './round.fixture.ts';
import type { RoundEffect } from './round-effect.ts';
import type { RoundEvent } from './round-event.ts';
import type { RoundSettings } from './round-settings.ts';
import type { RoundState } from './round-state.ts';
import type { RoundStep } from './round-step.ts';
import { startRounds } from './start-rounds.ts';

/** Among them names that a plain object already has, and one that it would sort first. */
const deviceIds = ['b', 'a', '__proto__', 'constructor', '7'];

const settingsArbitrary: fc.Arbitrary<RoundSettings> = fc
  .record({
    rounds: fc.integer({ min: 1, max: 4 }),
    target: fc.option(fc.double({ min: 0.5, max: 1, noNaN: true })),
    minimumUpdates: fc.integer({ min: 1, max: 3 }),
    needed: fc.oneof(
      fc.integer({ min: 1, max: 5 }).map((count) => ({ count })),
      fc.double({ min: 0.1, max: 1, noNaN: true }).map((share) => ({ share })),
    ),
    maximumAttempts: fc.integer({ min: 1, max: 4 }),
  })
  .map(({ target, ...settings }) => (target === null ? settings : { ...settings, targetAccuracy: target }));

/** Something that happens, whatever the state; it becomes an event in view of the state that it meets. */
type Move = (state: RoundState) => RoundEvent;

const deviceArbitrary = fc.constantFrom(...deviceIds, 'stranger');

/** Mostly the attempt under way, sometimes one before or after it. */
const offsetArbitrary = fc.oneof(
  { weight: 6, arbitrary: fc.constant({ round: 0, attempt: 0 }) },
  {
    weight: 1,
    arbitrary: fc.record({
      round: fc.integer({ min: -1, max: 1 }),
      attempt: fc.integer({ min: -1, max: 1 }),
    }),
  },
);

const updateMove: fc.Arbitrary<Move> = fc
  .tuple(
    deviceArbitrary,
    offsetArbitrary,
    fc.boolean(),
    fc.option(fc.integer({ min: 1, max: 9 })),
    fc.nat(1000),
  )
  .map(([deviceId, offset, other, speed, bytesUp]) => ({ round, attempt }) => {
    const at = { round: round + offset.round, attempt: attempt + offset.attempt };
    const reference = `${deviceId} ${at.round}.${at.attempt}${other ? ' other' : ''}`;
    const observed = speed === null ? {} : { observed: capacityOf(speed) };
    return updateOf(deviceId, { ...at, reference, bytesUp, ...observed });
  });

const dropMove: fc.Arbitrary<Move> = fc.tuple(deviceArbitrary, offsetArbitrary).map(
  ([deviceId, offset]) =>
    ({ round, attempt }) =>
      dropOf(deviceId, { round: round + offset.round, attempt: attempt + offset.attempt }),
);

const capacityMove: fc.Arbitrary<Move> = fc
  .tuple(deviceArbitrary, fc.integer({ min: 1, max: 9 }))
  .map(([deviceId, speed]) => () => ({
    type: 'capacity-reported',
    deviceId,
    observed: capacityOf(speed),
  }));

/** The driver's answer to the pending effect; while collecting, the deadline. */
const driverMove: fc.Arbitrary<Move> = fc
  .tuple(
    fc.shuffledSubarray(deviceIds),
    fc.subarray(deviceIds),
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.integer({ min: 0, max: 9 }),
  )
  .map(([ids, some, accuracy, fault]) => (state) => {
    const blamed = some.map((deviceId) => ({ deviceId, reason: 'it stands out' }));
    const { round, attempt } = state;
    switch (state.phase) {
      case 'planning':
        return { type: 'planned', plan: planOf(round, ids, some) };
      case 'collecting':
      case 'finished':
        return { type: 'deadline-passed', round, attempt, elapsedSeconds: 60 };
      case 'aggregating':
        return { type: 'aggregated', round, ...(fault < 3 && { leftOut: blamed }) };
      case 'evaluating':
        if (fault < 2) return { type: 'undone', round, attempt, reason: 'It is worse.', suspects: blamed };
        return { type: 'evaluated', round, accuracy, loss: 1 - accuracy };
    }
  });

const stopMove: fc.Arbitrary<Move> = fc.constant(() => ({ type: 'stopped' }));

const movesArbitrary = fc.array(
  fc.oneof(
    { weight: 40, arbitrary: updateMove },
    { weight: 10, arbitrary: dropMove },
    { weight: 5, arbitrary: capacityMove },
    { weight: 15, arbitrary: driverMove },
    { weight: 1, arbitrary: stopMove },
  ),
  { maxLength: 80, size: 'max' },
);

interface Moment extends RoundStep {
  readonly before: RoundState;
  readonly event: RoundEvent;
}

/** Every step of a run, with all that goes in frozen, so that a mutation throws. */
function play(settings: RoundSettings, moves: readonly Move[]): Moment[] {
  const moments: Moment[] = [];
  let before = freeze(startRounds(settings).state);
  for (const move of moves) {
    const event = freeze(move(before));
    const step = freeze(reduceRound(before, event, halfway));
    moments.push({ before, event, ...step });
    before = step.state;
  }
  return moments;
}

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(freeze);
  }
  return value;
}

const stop: Move = () => ({ type: 'stopped' });

function check(property: (settings: RoundSettings, moves: readonly Move[]) => void): void {
  fc.assert(fc.property(settingsArbitrary, movesArbitrary, property), { numRuns: 300 });
}

/** References of the updates in effects of one type. */
function referencesIn(effects: readonly RoundEffect[], type: 'aggregate' | 'discard'): string[] {
  return effects.flatMap((effect) =>
    effect.type === type && 'updates' in effect ? effect.updates.map(({ reference }) => reference) : [],
  );
}

test('every accepted update is aggregated or discarded, exactly once', () => {
  check((settings, moves) => {
    const moments = play(settings, [...moves, stop]);
    const accepted = new Set<string>();
    for (const { event, effects } of moments) {
      if (event.type !== 'update-received') continue;
      if (effects.every(({ type }) => type !== 'reject')) accepted.add(event.reference);
    }
    const effects = moments.flatMap((moment) => moment.effects);
    const used = [...referencesIn(effects, 'aggregate'), ...referencesIn(effects, 'discard')];
    expect(used.toSorted()).toEqual([...accepted].toSorted());
  });
});

test('an attempt takes one update of a device at most, and its bytes once', () => {
  check((settings, moves) => {
    const moments = play(settings, moves);
    const bytesBy = new Map<string, number>();
    for (const { event, effects } of moments) {
      if (event.type !== 'update-received' || effects.some(({ type }) => type === 'reject')) continue;
      const key = `${event.round}.${event.attempt} ${event.deviceId}`;
      if (!bytesBy.has(key)) bytesBy.set(key, event.bytesUp);
    }
    const bytesUp = [...bytesBy.values()].reduce((sum, bytes) => sum + bytes, 0);
    expect(moments.at(-1)?.state.totals.bytesUp ?? 0).toBe(bytesUp);
  });
});

test('updates are aggregated in the order of the plan, at least the minimum of them', () => {
  check((settings, moves) => {
    for (const { state, effects } of play(settings, moves)) {
      for (const effect of effects) {
        if (effect.type !== 'aggregate') continue;
        const ids = effect.updates.map(({ id }) => id);
        const plan = 'plan' in state ? state.plan.devices.map(({ id }) => id) : [];
        expect(ids).toEqual(plan.filter((id) => ids.includes(id)));
        expect(ids.length).toBeGreaterThanOrEqual(settings.minimumUpdates);
      }
    }
  });
});

test('the same updates in any order of arrival lead to the same aggregation', () => {
  fc.assert(
    fc.property(
      fc.shuffledSubarray(deviceIds, { minLength: 5 }),
      fc.shuffledSubarray(deviceIds, { minLength: 5 }),
      (one, other) => {
        const [first, second] = [one, other].map((arrivals) =>
          play(settingsOf(), [
            () => ({ type: 'planned', plan: planOf(1, deviceIds) }),
            ...arrivals.map(
              (id): Move =>
                () =>
                  updateOf(id),
            ),
          ]).at(-1),
        );
        expect(first?.effects).toEqual(second?.effects);
        expect(first?.effects).toHaveLength(1);
      },
    ),
  );
});

test('the same events lead to the same state', () => {
  check((settings, moves) => {
    const moments = play(settings, moves);
    const again = play(
      settings,
      moments.map(
        ({ event }): Move =>
          () =>
            event,
      ),
    );
    expect(again).toStrictEqual(moments);
  });
});

test('a run that continues from stored JSON after every event goes the same way', () => {
  check((settings, moves) => {
    for (const { before, event, state, effects } of play(settings, moves)) {
      const stored: RoundState = JSON.parse(JSON.stringify(before));
      expect(stored).toStrictEqual(before);
      expect(reduceRound(stored, event, halfway)).toStrictEqual({ state, effects });
    }
  });
});

test('entering a phase emits the effect that a restart in that phase repeats', () => {
  check((settings, moves) => {
    for (const { before, state, effects } of play(settings, moves)) {
      const entered =
        state.phase !== before.phase || state.round !== before.round || state.attempt !== before.attempt;
      const orders = effects.filter(({ type }) => type !== 'reject');
      if (entered) expect(orders.at(-1)).toEqual(pendingEffect(state));
      else expect(orders).toEqual([]);
    }
  });
});

test('a round waits for whoever it awaits, and for the minimum of updates, and no longer', () => {
  check((settings, moves) => {
    for (const { state } of play(settings, moves)) {
      if (state.phase !== 'collecting') continue;
      const entries = state.plan.devices.map(({ id, awaited = true }) => ({
        awaited,
        status: state.devices.flat().find((device) => device.id === id)?.status,
      }));
      const awaited = entries.filter((entry) => entry.awaited);
      const pending = (among: typeof entries) => among.filter(({ status }) => status === 'assigned').length;
      expect(state.pending).toBe(pending(entries));
      expect(state.awaited.pending).toBe(pending(awaited));
      const enough = state.updated >= settings.minimumUpdates;
      if (enough) expect(pending(awaited)).toBeGreaterThan(0);
      else expect(pending(entries)).toBeGreaterThan(0);
    }
  });
});

test('a finished run stays finished and asks for nothing', () => {
  check((settings, moves) => {
    const moments = play(settings, [...moves.slice(0, 20), stop, ...moves.slice(20)]);
    for (const { before, state, effects } of moments) {
      if (before.phase !== 'finished') continue;
      expect(state).toBe(before);
      expect(effects.filter(({ type }) => type !== 'reject')).toEqual([]);
    }
  });
});

test('a run whose driver does its work ends', () => {
  fc.assert(
    fc.property(
      settingsArbitrary,
      fc.array(driverMove, { minLength: 200, maxLength: 200, size: 'max' }),
      (settings, moves) => {
        expect(play(settings, moves).at(-1)?.state.phase).toBe('finished');
      },
    ),
    { numRuns: 20 },
  );
});
