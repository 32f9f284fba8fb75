import type { RunView } from '@legend-fl/protocol';
import { expect, test } from 'vitest';
import { sampleRun } from '../../testing/sample-run.fixture.ts';
import { describeEnded, listEnded } from './ended-runs.ts';

const { run } = sampleRun({});
const runsOf = (...runs: readonly Partial<RunView>[]) =>
  new Map(runs.map((changes) => ({ ...run, ...changes })).map((each) => [each.id, each]));

test('a run that was under way and is over has ended; one that came over has not', () => {
  const before = runsOf({ id: 'a' }, { id: 'b' }, { id: 'c', status: 'finished' });
  const now = runsOf(
    { id: 'a', status: 'failed' },
    { id: 'b' },
    { id: 'c', status: 'finished' },
    { id: 'd', status: 'finished' },
  );
  expect(listEnded(before, now).map(({ id }) => id)).toEqual(['a']);
});

test('its end is told in a sentence', () => {
  expect(describeEnded({ name: 'Reviews', status: 'finished', about: 'All rounds are done.' })).toBe(
    '“Reviews” has ended. All rounds are done.',
  );
  expect(describeEnded({ name: 'Reviews', status: 'failed', about: '' })).toBe('“Reviews” has failed.');
});
