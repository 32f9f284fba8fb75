import { expect, test } from 'vitest';
import { backOffMs, readRetryAfter } from './back-off.ts';

const least = (count: number) => new Uint8Array(count);
const most = (count: number) => new Uint8Array(count).fill(255);

test('delays double up to half a minute, and differ between devices', () => {
  const delays = [0, 1, 2, 6, 100].map((repetition) => Math.round(backOffMs(repetition, undefined, most)));
  expect(delays).toEqual([500, 1000, 2000, 30_000, 30_000]);
  expect(backOffMs(2, undefined, least)).toBe(1000);
});

test('a coordinator is left alone as long as it asks for, within reason', () => {
  expect(backOffMs(0, 10, least)).toBe(10_000);
  expect(backOffMs(9, 10, most)).toBeCloseTo(15_000, 0);
  expect(backOffMs(0, 1e9, least)).toBe(300_000);
});

test('Retry-After is a number of seconds or a date', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  expect(readRetryAfter('7', now)).toBe(7);
  expect(readRetryAfter('Thu, 01 Jan 2026 00:00:30 GMT', now)).toBe(30);
  expect(readRetryAfter('Wed, 31 Dec 2025 00:00:30 GMT', now)).toBe(0);
  expect(readRetryAfter('soon', now)).toBeUndefined();
  expect(readRetryAfter(null, now)).toBeUndefined();
});
