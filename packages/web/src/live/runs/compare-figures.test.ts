import type { RoundView } from '@legend-fl/protocol';
import { expect, test } from 'vitest';
import { sampleRun } from '../../testing/sample-run.fixture.ts';
import { compareFigures } from './compare-figures.ts';

const { run, rounds } = sampleRun({});
const [round] = rounds;
const roundsOf = (...accuracies: readonly number[]): RoundView[] =>
  accuracies.map((accuracy, index) => ({
    ...(round as RoundView),
    round: index + 1,
    accuracy,
    seconds: 10 * (index + 1),
    bytesUp: 5,
    bytesDown: 7,
  }));
const [slow, quick] = [
  { ...run, id: 'slow' },
  { ...run, id: 'quick' },
];

test('runs are compared by the time to the best accuracy that each of them has reached', () => {
  const comparison = compareFigures(
    [slow, quick],
    new Map([
      ['slow', roundsOf(0.5, 0.6, 0.8, 0.7)],
      ['quick', roundsOf(0.85, 0.9)],
    ]),
  );
  expect(comparison?.reached).toBe(0.8);
  expect(comparison?.figures).toMatchObject([
    { finalAccuracy: 0.7, bestAccuracy: 0.8, secondsToReached: 30, bytesUp: 20, bytesDown: 28, rounds: 4 },
    { finalAccuracy: 0.9, bestAccuracy: 0.9, secondsToReached: 10, seconds: 20 },
  ]);
});

test('a run without a round has nothing to compare', () => {
  expect(compareFigures([slow, quick], new Map([['slow', roundsOf(0.5)]]))).toBeUndefined();
});
