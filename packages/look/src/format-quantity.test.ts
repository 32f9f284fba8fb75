import { expect, test } from 'vitest';
import {
  formatBytes,
  formatFactor,
  formatIn,
  formatPercent,
  formatSeconds,
  formatTarget,
  unitOfBytes,
  unitOfSeconds,
} from './format-quantity.ts';

test.each([
  [0, '0.00 s'],
  [0.0421, '0.0421 s'],
  [12.34, '12.3 s'],
  [599, '599 s'],
  [1518, '25.3 min'],
  [9000, '2.50 h'],
])('%d seconds are %s', (seconds, text) => {
  expect(formatSeconds(seconds)).toBe(text);
});

test.each([
  [0, '0.00 B'],
  [295_000, '295 kB'],
  [4_120_000, '4.12 MB'],
  [16e9, '16.0 GB'],
])('%d bytes are %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test('figures in the unit of the greatest have its decimals', () => {
  const unit = unitOfSeconds(131);
  expect([55, 131, 0.4].map((seconds) => formatIn(unit, seconds))).toEqual(['55 s', '131 s', '0 s']);
});

test('shares, targets and factors', () => {
  expect(formatPercent(0.7923)).toBe('79.2%');
  expect(formatPercent(-0.086)).toBe('−8.6%');
  expect(formatTarget(0.8)).toBe('80%');
  expect(formatTarget(0.825)).toBe('82.5%');
  expect(formatFactor(2.389)).toBe('2.4×');
  expect(formatFactor(0.531)).toBe('0.53×');
});

test('a group keeps two digits of its least figure', () => {
  expect(formatIn(unitOfSeconds(121, 1.7), 1.7)).toBe('1.7 s');
  expect(formatIn(unitOfSeconds(121, 1.7), 121)).toBe('121.0 s');
  expect(formatIn(unitOfBytes(635e6, 8.8e6), 8.8e6)).toBe('8.8 MB');
});
