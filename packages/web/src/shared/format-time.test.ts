import { expect, test } from 'vitest';
import { formatSpan } from './format-time.ts';

test.each([
  [-3, '0 s'],
  [8.4, '8 s'],
  [59.6, '1 min'],
  [200, '3 min 20 s'],
  [7500, '2 h 5 min'],
  [3600, '1 h'],
  [273_600, '3 d 4 h'],
])('%f seconds are %s', (seconds, text) => {
  expect(formatSpan(seconds)).toBe(text);
});
