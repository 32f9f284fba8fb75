import { expect, test } from 'vitest';
import { nearestName } from './nearest-name.ts';

const keys = ['kind', 'count', 'memoryGB', 'modeRedrawRounds'];

test.each([
  ['cout', 'count'],
  ['memoryGb', 'memoryGB'],
  ['modeRedrawRound', 'modeRedrawRounds'],
  ['KIND', 'kind'],
])('%s is taken for %s', (typed, meant) => {
  expect(nearestName(typed, keys)).toBe(meant);
});

test('a name unlike all candidates has no suggestion', () => {
  expect(nearestName('bandwidth', keys)).toBeUndefined();
});
