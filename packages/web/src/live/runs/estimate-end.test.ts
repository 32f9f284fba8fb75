import { expect, test } from 'vitest';
import { estimateEnd } from './estimate-end.ts';

const run = { status: 'running', rounds: 10 } as const;
const roundsOf = (...ends: readonly number[]) =>
  ends.map((end, index) => ({ round: index + 1, finishedAt: 1000 * end, roundSeconds: 8 }));

test('the rounds that are left take as long as the last ones did, from end to end', () => {
  expect(estimateEnd(run, roundsOf(100, 110, 120), 120_000)).toEqual({ seconds: 70, rounds: 2 });
  expect(estimateEnd(run, roundsOf(100, 110, 120), 124_000)).toEqual({ seconds: 66, rounds: 2 });
});

test('of the last five rounds the mean is taken', () => {
  expect(estimateEnd(run, roundsOf(0, 100, 110, 120, 130, 140, 150), 150_000)).toEqual({
    seconds: 30,
    rounds: 5,
  });
});

test('after a single round its own time counts', () => {
  expect(estimateEnd(run, roundsOf(100), 100_000)).toEqual({ seconds: 72, rounds: 1 });
});

test('a round that takes longer than the mean does not use up the time of those after it', () => {
  expect(estimateEnd(run, roundsOf(100, 110, 120), 500_000)?.seconds).toBe(60);
});

test('nothing is estimated before a round is finished, or while no round is under way', () => {
  expect(estimateEnd(run, [], 0)).toBeUndefined();
  expect(estimateEnd({ ...run, status: 'waiting' }, roundsOf(1, 2), 3000)).toBeUndefined();
});
