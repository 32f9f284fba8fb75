import { type Plan, type RoundEvent, type RoundState, startRounds } from '@legend-fl/method';
import { describe, expect, test } from 'vitest';
import type { StoredEvent } from '../store/store.ts';
import { EventQueue, replay, type StoredStep } from './event-queue.ts';

const estimator = { estimate: (_: unknown, observed: Capacity) => observed };
type Capacity = Extract<RoundEvent, { type: 'capacity-reported' }>['observed'];

const capacityOf = (forwardSecondsPerBlock: number): Capacity => ({
  forwardSecondsPerBlock,
  backwardSecondsPerBlock: 1,
  uploadSecondsPerByte: 0,
  downloadSecondsPerByte: 0,
  memoryBytes: 1e9,
});
const report = (deviceId: string, seconds = 1): RoundEvent => ({
  type: 'capacity-reported',
  deviceId,
  observed: capacityOf(seconds),
});
const plan: Plan = {
  round: 1,
  strategy: 'legend',
  localSteps: 1,
  targetSeconds: 1,
  roundSeconds: 1,
  waitingSeconds: 0,
  rankDistribution: [1],
  devices: [
    {
      id: 'a',
      depth: 1,
      ranks: [1],
      trunk: 'base',
      seconds: 1,
      memoryBytes: 1,
      bytesUp: 1,
      bytesDown: 1,
    },
  ],
  excluded: [],
};
const lateUpdate: RoundEvent = {
  type: 'update-received',
  deviceId: 'a',
  round: 1,
  attempt: 1,
  reference: 'x',
  examples: 1,
  elapsedSeconds: 1,
  bytesUp: 1,
  bytesDown: 1,
};

/** A queue over a log in memory, whose appends are carried out one by one when told to. */
function newQueue() {
  const log: StoredEvent[] = [];
  const appends: { readonly events: readonly StoredEvent[]; finish(): void; fail(stored?: boolean): void }[] =
    [];
  const run: { state: RoundState; sequence: number } = {
    state: startRounds({ rounds: 1, minimumUpdates: 1, needed: { share: 1 }, maximumAttempts: 1 }).state,
    sequence: 0,
  };
  const queue = new EventQueue<StoredStep>({
    estimator,
    now: () => 7,
    position: () => run,
    append: (events) =>
      new Promise((resolve, reject) => {
        appends.push({
          events,
          finish() {
            log.push(...events);
            resolve();
          },
          fail(stored = false) {
            if (stored) log.push(...events);
            reject(new Error('no disk'));
          },
        });
      }),
    loadAfter: async (sequence) => log.filter((event) => event.sequence > sequence),
    check(step) {
      if (step.stored.event.type === 'stopped') throw new Error('it could not be replayed');
      return step;
    },
    commit(steps) {
      for (const { stored, after } of steps) {
        run.state = after;
        run.sequence = stored.sequence;
      }
    },
  });
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return { queue, log, appends, run, settle };
}

test('events that come together are stored together, in order, and answered when they are', async () => {
  const { queue, appends, run, settle } = newQueue();
  const answers: string[] = [];
  for (const id of ['a', 'b', 'c']) void queue.submit(report(id)).then(() => answers.push(id));
  await settle();
  expect(appends).toHaveLength(1);
  expect(appends[0]?.events.map(({ sequence, at }) => [sequence, at])).toEqual([
    [1, 7],
    [2, 7],
    [3, 7],
  ]);
  expect([answers, run.state.capacities]).toEqual([[], []]);
  void queue.submit(report('d')).then(() => answers.push('d'));
  await settle();
  expect(appends).toHaveLength(1);
  appends[0]?.finish();
  await settle();
  expect(answers).toEqual(['a', 'b', 'c']);
  expect(run.state.capacities.flat()).toHaveLength(3);
  appends[1]?.finish();
  await queue.settled();
  expect([run.sequence, answers]).toEqual([4, ['a', 'b', 'c', 'd']]);
});

test('what changes nothing is answered and not stored', async () => {
  const { queue, appends } = newQueue();
  expect(await queue.submit(lateUpdate)).toMatchObject({ status: 'rejected', code: 'round-not-open' });
  const passed: RoundEvent = { type: 'deadline-passed', round: 1, attempt: 0, elapsedSeconds: 1 };
  expect(await queue.submit(passed)).toEqual({ status: 'unchanged' });
  expect(appends).toEqual([]);
});

test('an event of the driver that does not fit fails alone', async () => {
  const { queue, appends, settle } = newQueue();
  const misfit = queue.submit({ type: 'aggregated', round: 1 });
  const fitting = queue.submit(report('a'));
  await expect(misfit).rejects.toThrow('does not fit');
  await settle();
  appends[0]?.finish();
  expect(await fitting).toEqual({ status: 'counted' });
});

test('an event that could not be replayed is refused, and not stored', async () => {
  const { queue, appends, run, settle } = newQueue();
  const refused = queue.submit({ type: 'stopped' });
  const fitting = queue.submit(report('a'));
  await expect(refused).rejects.toThrow('it could not be replayed');
  await settle();
  expect(appends[0]?.events.map(({ sequence, event }) => [sequence, event.type])).toEqual([
    [1, 'capacity-reported'],
  ]);
  appends[0]?.finish();
  expect(await fitting).toEqual({ status: 'counted' });
  expect(run.state.phase).toBe('planning');
});

test('what comes after the end of a phase is checked once that end is stored', async () => {
  const { queue, appends, run, settle } = newQueue();
  const [planned, reported] = [queue.submit({ type: 'planned', plan }), queue.submit(report('a'))];
  await settle();
  expect(appends.map(({ events }) => events.length)).toEqual([1]);
  appends[0]?.fail();
  await expect(planned).rejects.toThrow('no disk');
  await settle();
  appends[1]?.finish();
  expect(await reported).toEqual({ status: 'counted' });
  expect([run.state.phase, run.sequence]).toEqual(['planning', 1]);
});

describe('where storing fails', () => {
  test('nothing has changed, and the same event counts later', async () => {
    const { queue, appends, run, settle } = newQueue();
    const [one, two] = [queue.submit(report('a')), queue.submit(report('b'))];
    await settle();
    appends[0]?.fail();
    await expect(one).rejects.toThrow('no disk');
    await expect(two).rejects.toThrow('no disk');
    expect([run.sequence, run.state.capacities]).toEqual([0, []]);
    const again = queue.submit(report('a'));
    await settle();
    expect(appends[1]?.events.map(({ sequence }) => sequence)).toEqual([1]);
    appends[1]?.finish();
    expect(await again).toEqual({ status: 'counted' });
  });

  test('but was done, it counts once: the next event comes after it', async () => {
    const { queue, appends, run, log, settle } = newQueue();
    const one = queue.submit(report('a', 3));
    await settle();
    appends[0]?.fail(true);
    await expect(one).rejects.toThrow('no disk');
    const two = queue.submit(report('b'));
    await settle();
    expect(appends[1]?.events.map(({ sequence }) => sequence)).toEqual([2]);
    appends[1]?.finish();
    await two;
    const [last] = replay(startRounds(run.state.settings).state, log, estimator).slice(-1);
    expect(last?.after).toEqual(run.state);
    expect(run.state.capacities.flat().map(({ id }) => id)).toEqual(['a', 'b']);
  });
});
