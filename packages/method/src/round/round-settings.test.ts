import { InputError } from '@legend-fl/base';
import { expect, test } from 'vitest';
import { settingsOf } from './round.fixture.ts';
import { checkRoundSettings, type RoundSettings } from './round-settings.ts';

const wrong: readonly (readonly [Partial<RoundSettings>, string])[] = [
  [{ rounds: 0 }, 'rounds: expected a whole number from 1, got 0'],
  [{ rounds: 2.5 }, 'rounds: expected a whole number from 1, got 2.5'],
  [{ targetAccuracy: 80 }, 'targetAccuracy: expected a number above 0 and at most 1, got 80'],
  [{ targetAccuracy: Number.NaN }, 'targetAccuracy: expected a number above 0 and at most 1, got NaN'],
  [{ minimumUpdates: 0 }, 'minimumUpdates: expected a whole number from 1, got 0'],
  [{ needed: { count: 0 } }, 'needed.count: expected a whole number from 1, got 0'],
  [{ needed: { share: 0 } }, 'needed.share: expected a number above 0 and at most 1, got 0'],
  [{ maximumAttempts: -1 }, 'maximumAttempts: expected a whole number from 1, got -1'],
];

test.each(wrong)('%o is refused', (settings, message) => {
  const check = () => checkRoundSettings(settingsOf(settings));
  expect(check).toThrow(InputError);
  expect(check).toThrow(message);
});

test('settings at their bounds pass', () => {
  const settings = settingsOf({ rounds: 1, targetAccuracy: 1, needed: { share: 1 }, maximumAttempts: 1 });
  expect(() => checkRoundSettings(settings)).not.toThrow();
});
