import { sampleRun } from '@legend-fl/runs/testing';
import { expect, test } from 'vitest';
import { digestSamples } from './digest-samples.fixture.ts';
import type { Run } from './read-run.ts';
import { retargetRun } from './retarget-run.ts';

const [run] = digestSamples(sampleRun({ targetAccuracy: 0.8, rounds: 12 })) as [Run];

test('the target it had gives the figures it had', () => {
  expect(retargetRun(run, 0.8).summary).toEqual(run.summary);
});

test('a lower target is reached in an earlier round, with the traffic until then', () => {
  const rounds = run.rounds.get('legend') ?? [];
  const target = rounds[1]?.accuracy ?? Number.NaN;
  const first = rounds.findIndex(({ accuracy }) => (accuracy ?? 0) >= target);
  const until = rounds.slice(0, first + 1);
  expect(retargetRun(run, target).summary.strategies[0]).toMatchObject({
    targetAccuracy: target,
    secondsToTarget: until.at(-1)?.virtualSeconds,
    bytesToTarget: until.reduce((sum, { bytesUp, bytesDown }) => sum + bytesUp + bytesDown, 0),
  });
});

test('one that no round reaches is not reached', () => {
  expect(retargetRun(run, 1).summary.strategies[0]).toMatchObject({
    secondsToTarget: null,
    bytesToTarget: null,
  });
});
