import type { RoundRecord } from '../round-record.ts';
import { expect, test } from 'vitest';
import { summarizeStrategy } from './summarize-strategy.ts';

function round(number: number, accuracy: number | null, waitingSeconds = 2): RoundRecord {
  return {
    round: number,
    virtualSeconds: number * 10,
    roundSeconds: 10,
    waitingSeconds,
    accuracy,
    loss: 1,
    bytesUp: 100,
    bytesDown: 50,
    rankDistribution: [4, 8],
    devices: [],
  };
}

const run = { name: 'legend', hostSeconds: 3 };

test('the target is reached at the end of the first round at or above it', () => {
  const rounds = [round(1, 0.5), round(2, 0.8), round(3, 0.7), round(4, 0.9, 6)];
  expect(summarizeStrategy({ ...run, rounds, targetAccuracy: 0.8 })).toEqual({
    name: 'legend',
    rounds: 4,
    finalAccuracy: 0.9,
    bestAccuracy: 0.9,
    targetAccuracy: 0.8,
    secondsToTarget: 20,
    bytesToTarget: 300,
    virtualSeconds: 40,
    bytesUp: 400,
    bytesDown: 200,
    meanWaitingSeconds: 3,
    hostSeconds: 3,
  });
});

test('a target that no round reaches leaves nulls', () => {
  const summary = summarizeStrategy({ ...run, rounds: [round(1, 0.5)], targetAccuracy: 0.8 });
  expect(summary).toMatchObject({ secondsToTarget: null, bytesToTarget: null, bestAccuracy: 0.5 });
});

test('rounds without evaluation count for traffic and time but not for accuracy', () => {
  const summary = summarizeStrategy({
    ...run,
    rounds: [round(1, 0.6), round(2, null), round(3, 0.55), round(4, null)],
    targetAccuracy: 0.55,
  });
  expect(summary).toMatchObject({
    finalAccuracy: 0.55,
    bestAccuracy: 0.6,
    secondsToTarget: 10,
    virtualSeconds: 40,
  });
});

test('no round at all', () => {
  expect(summarizeStrategy({ ...run, rounds: [], targetAccuracy: null })).toMatchObject({
    rounds: 0,
    finalAccuracy: null,
    virtualSeconds: 0,
    meanWaitingSeconds: 0,
  });
});
