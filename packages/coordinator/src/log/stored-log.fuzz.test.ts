import { fuzzCases, fuzzTimeoutMs } from '@legend-fl/base/testing';
import { type Capacity, estimatorNamed, type Plan, type RoundEvent, startRounds } from '@legend-fl/method';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RunSnapshot, StoredEvent, StoredRound } from '../store/store.ts';
import { EventQueue } from './event-queue.ts';
import { type CheckedStep, type DueSnapshot, RunProgress } from './run-progress.ts';

/**
 * Whatever a log has taken in, a restart reads it again and comes to the same. Events here are as hostile as one that
 * lies can make them, past every schema of the protocol: what must not be stored has to be refused at the log itself.
 */

const BLOCKS = 3;
const estimator = estimatorNamed('moving-average');
const ids = ['a', 'b', 'c', 'd'];

const lie = fc.constantFrom(
  ...[2 ** 53 - 1, 2 ** 53, 1.7e308, -1.7e308, 5e-324, -1, -0, 0.5, 1e9, 2 ** 40],
  ...[Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
);
/** One figure in so many is a lie: often enough in a run, and seldom enough for rounds to come to their end. */
const HONEST = 30;
const honestly = (honest: fc.Arbitrary<number>) =>
  fc.oneof({ weight: HONEST, arbitrary: honest }, { weight: 1, arbitrary: lie });
const count = honestly(fc.integer({ min: 1, max: 1000 }));
const figure = honestly(fc.double({ min: 1e-6, max: 100, noNaN: true }));
const perByte = honestly(fc.double({ min: 0, max: 0.1, noNaN: true }));
const share = honestly(fc.double({ min: 0, max: 1, noNaN: true }));
const hash = fc.constantFrom('a', 'b', 'c').map((digit) => digit.repeat(64));

const capacity: fc.Arbitrary<Capacity> = fc.record({
  forwardSecondsPerBlock: figure,
  backwardSecondsPerBlock: figure,
  uploadSecondsPerByte: perByte,
  downloadSecondsPerByte: perByte,
  memoryBytes: honestly(fc.constant(1e9)),
});

/** An event that fits the state it meets, with its details; its figures are anybody's. */
type Move = (progress: RunProgress) => { readonly event: RoundEvent; readonly details: unknown };

const update: fc.Arbitrary<Move> = fc
  .record({
    deviceId: fc.constantFrom(...ids),
    reference: hash,
    examples: count,
    observed: fc.option(capacity, { nil: undefined }),
    elapsedSeconds: figure,
    bytesUp: count,
    bytesDown: count,
    loss: figure,
    seconds: figure,
    norm: fc.option(figure, { nil: undefined }),
  })
  .map(({ observed, loss, seconds, norm, ...event }) => ({ state: { round, attempt } }) => ({
    event: { type: 'update-received', ...event, round, attempt, ...(observed && { observed }) },
    details: {
      loss,
      times: { download: seconds, forward: seconds, backward: seconds, upload: 1 },
      ...(norm !== undefined && { norms: { blocks: [null, norm, 1], head: norm } }),
    },
  }));

const drop: fc.Arbitrary<Move> = fc
  .record({
    deviceId: fc.constantFrom(...ids),
    elapsedSeconds: figure,
    bytesUp: count,
    bytesDown: count,
  })
  .map((event) => ({ state: { round, attempt } }) => ({
    event: { type: 'device-dropped', ...event, round, attempt, reason: 'it left' },
    details: null,
  }));

const report: fc.Arbitrary<Move> = fc
  .record({ deviceId: fc.constantFrom(...ids), observed: capacity })
  .map((event) => () => ({ event: { type: 'capacity-reported', ...event }, details: null }));

function planOf(round: number): Plan {
  return {
    round,
    strategy: 'legend',
    localSteps: 2,
    targetSeconds: 1,
    roundSeconds: 1,
    waitingSeconds: 0,
    rankDistribution: [1, 2, 3],
    devices: ids.map((id, index) => ({
      id,
      depth: 2,
      ranks: [2, 3],
      trunk: 'base',
      seconds: 1,
      memoryBytes: 1,
      bytesUp: 1,
      bytesDown: 1,
      ...(index === 3 && { awaited: false }),
    })),
    excluded: [],
  };
}

/** What the driver answers to the phase, with figures that scores of devices may have gone into. */
const drive: fc.Arbitrary<Move> = fc
  .record({
    accuracy: share,
    loss: figure,
    examples: count,
    scored: fc.boolean(),
    fault: fc.nat(5),
    hash,
  })
  .map(({ accuracy, loss, examples, scored, fault, hash: globalSha256 }) => ({ state, works }) => {
    const { round, attempt, phase } = state;
    const blamed = [{ deviceId: 'a', reason: 'it stands out' }];
    switch (phase) {
      case 'planning':
        return { event: { type: 'planned', plan: planOf(round) }, details: null };
      case 'aggregating': {
        const scales = { blocks: [null, 0.5, 1], head: 0.25 };
        const clipped = [...works.keys()].slice(0, 1).map((deviceId) => ({ deviceId, scales }));
        return {
          event: { type: 'aggregated', round, leftOut: fault === 1 ? blamed : [] },
          details: { globalSha256, clipped },
        };
      }
      case 'evaluating': {
        if (fault === 0) {
          return {
            event: { type: 'undone', round, attempt, reason: 'It is worse.', suspects: blamed },
            details: null,
          };
        }
        const devices = scored ? { accuracy, loss, examples, devices: 2 } : null;
        return {
          event: { type: 'evaluated', round, accuracy, loss },
          details: { coordinator: null, devices },
        };
      }
      case 'collecting':
      case 'finished':
        return { event: { type: 'deadline-passed', round, attempt, elapsedSeconds: loss }, details: null };
    }
  });

const moves = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: update },
    { weight: 2, arbitrary: drop },
    { weight: 2, arbitrary: report },
    { weight: 8, arbitrary: drive },
  ),
  { maxLength: 40, size: 'max' },
);

function newProgress(snapshot: RunSnapshot | null, rounds: readonly StoredRound[]): RunProgress {
  return new RunProgress(snapshot, rounds, {
    run: 'run',
    blocks: BLOCKS,
    estimator,
    kindOf: () => 'node',
    initial: {
      state: startRounds({ rounds: 9, minimumUpdates: 1, needed: { share: 1 }, maximumAttempts: 9 }).state,
      globalSha256: '0'.repeat(64),
    },
    blindGuess: { accuracy: 0, loss: 1 },
  });
}

/** A store of one run that keeps everything as the texts that a database would hold. */
class TextStore {
  #snapshot: string | null = null;
  #events: { readonly sequence: number; readonly text: string }[] = [];
  readonly #rounds: string[] = [];

  append(events: readonly StoredEvent[]): void {
    for (const event of events) {
      this.#events.push({ sequence: event.sequence, text: JSON.stringify(event) });
    }
  }

  save({ snapshot, finished }: DueSnapshot): void {
    this.#snapshot = JSON.stringify(snapshot);
    this.#events = this.#events.filter(({ sequence }) => sequence > snapshot.sequence);
    if (finished !== undefined) this.#rounds.push(JSON.stringify(finished));
  }

  /** Where a restart comes to. */
  reopen(): RunProgress {
    const snapshot = this.#snapshot === null ? null : (JSON.parse(this.#snapshot) as RunSnapshot);
    const progress = newProgress(
      snapshot,
      this.#rounds.map((text) => JSON.parse(text) as StoredRound),
    );
    progress.resume(this.#events.map(({ text }) => JSON.parse(text) as StoredEvent));
    return progress;
  }
}

/** All that a run goes on from. */
function lookAt(progress: RunProgress) {
  const { state, sequence, globalSha256, assignedAt, failure, rounds, normHistory } = progress;
  const { counted, leftOut, clipped, claims, examples, lastCounted, works } = progress;
  const underWay = 'plan' in state ? works : new Map();
  const maps = [counted, leftOut, clipped, claims, examples, lastCounted, underWay].map((map) => [
    ...(map as ReadonlyMap<string, unknown>),
  ]);
  return JSON.parse(
    JSON.stringify({
      ...{ state, sequence, globalSha256, assignedAt, failure, rounds, normHistory },
      maps,
    }),
  ) as unknown;
}

test('whatever a log has accepted, a restart reads it and comes to the same', {
  timeout: fuzzTimeoutMs,
}, async () => {
  await fc.assert(
    fc.asyncProperty(moves, fc.integer({ min: 1, max: 5 }), async (all, together) => {
      const store = new TextStore();
      const progress = newProgress(null, []);
      let clock = 0;
      const queue = new EventQueue<CheckedStep>({
        estimator,
        now: () => ++clock,
        position: () => progress,
        append: async (events) => store.append(events),
        loadAfter: async () => [],
        check: (step) => progress.check(step),
        commit: (steps) => {
          for (const step of steps) for (const due of progress.note(step)) store.save(due);
        },
      });
      for (let start = 0; start < all.length; start += together) {
        const batch = all.slice(start, start + together).map((move) => move(progress));
        // What is refused has changed nothing.
        await Promise.allSettled(batch.map(({ event, details }) => queue.submit(event, details)));
      }
      expect(lookAt(store.reopen())).toEqual(lookAt(progress));
    }),
    { numRuns: fuzzCases },
  );
});
