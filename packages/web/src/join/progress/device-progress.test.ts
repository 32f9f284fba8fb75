import type { DeviceEvent } from '@legend-fl/device';
import { expect, test } from 'vitest';
import { advance, MAX_LOSSES, nothingDone } from './device-progress.ts';

const after = (...events: readonly DeviceEvent[]) =>
  events.reduce((progress, event) => advance(progress, event, 1000), nothingDone);

const assigned = (round: number): DeviceEvent => ({
  type: 'assigned',
  round,
  rounds: 9,
  depth: 2,
  ranks: [4, 8],
  steps: 2,
  secondsLeft: 60,
});
const accepted = (round: number, resent = false): DeviceEvent => ({
  type: 'accepted',
  round,
  loss: 0.5,
  seconds: 3,
  resent,
});
const rejected = (round: number, late = false): DeviceEvent => ({
  type: 'rejected',
  kind: 'train',
  round,
  code: late ? 'round-closed' : 'update-invalid',
  reason: 'It is refused.',
  late,
});

test('a round is under way until its update is accepted', () => {
  const begun = after(assigned(4), { type: 'step', round: 4, step: 1, steps: 2, loss: 0.7 });
  expect(begun.rounds).toEqual([{ round: 4, depth: 2, loss: null, seconds: null, rejected: undefined }]);
  expect(begun.activity).toEqual({ kind: 'training', step: 1, steps: 2 });
  expect(begun.assignment?.closesAt).toBe(61_000);
  const done = advance(begun, accepted(4), 2000);
  expect(done.rounds).toEqual([{ round: 4, depth: 2, loss: 0.5, seconds: 3, rejected: null }]);
  expect(done.accepted).toBe(1);
});

test('a round that came to nothing says why, and may be tried again', () => {
  const { rounds, rejected: count } = after(assigned(4), rejected(4), assigned(4), accepted(4));
  expect(rounds.map((round) => round.rejected)).toEqual(['It is refused.', null]);
  expect(count).toBe(1);
});

test('an update that came too late is told apart from one that went wrong', () => {
  const progress = after(assigned(4), rejected(4, true), assigned(5), rejected(5), assigned(6), accepted(6));
  expect(progress).toMatchObject({ accepted: 1, rejected: 2, late: 1 });
  expect(progress.rounds.map(({ late = false }) => late)).toEqual([true, false, false]);
});

test('a score that came too late is no update', () => {
  expect(after(assigned(4), accepted(4), { type: 'evaluating', round: 4 }, rejected(4)).rejected).toBe(0);
});

test('an update that was finished before the page was loaded counts', () => {
  expect(after(assigned(5), accepted(5, true))).toMatchObject({
    accepted: 1,
    rounds: [{ round: 5, depth: null, seconds: null, rejected: null }],
  });
});

test('of very many steps the last losses are kept, numbered on', () => {
  const step = (index: number): DeviceEvent => {
    return { type: 'step', round: 1, step: index + 1, steps: 3000, loss: index };
  };
  const { losses } = after(...Array.from({ length: MAX_LOSSES + 5 }, (_, index) => step(index)));
  expect(losses).toHaveLength(MAX_LOSSES);
  expect(losses[0]).toEqual({ x: 6, y: 5 });
  expect(losses.at(-1)).toEqual({ x: MAX_LOSSES + 5, y: MAX_LOSSES + 4 });
});

test('a rest and a lost connection end', () => {
  const resting = after(
    { type: 'paused', reason: 'busy' },
    { type: 'reconnecting', reason: 'x', seconds: 2 },
  );
  expect(resting).toMatchObject({ paused: 'busy', disconnected: { reason: 'x', seconds: 2 } });
  const going = advance(advance(resting, { type: 'resumed' }, 0), { type: 'reconnected' }, 0);
  expect(going).toMatchObject({ paused: undefined, disconnected: undefined });
});
