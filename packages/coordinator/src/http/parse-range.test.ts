import { expect, test } from 'vitest';
import { parseRange } from './parse-range.ts';

test.each([
  [undefined, 'all'],
  ['', 'all'],
  ['bytes=0-', { start: 0, end: 99 }],
  ['bytes=10-19', { start: 10, end: 19 }],
  ['bytes=90-1000', { start: 90, end: 99 }],
  ['bytes=-5', { start: 95, end: 99 }],
  ['bytes=-500', { start: 0, end: 99 }],
  ['bytes=100-', 'none'],
  ['bytes=-0', 'none'],
  ['bytes=20-10', 'all'],
  ['bytes=0-1,5-6', 'all'],
  ['items=0-1', 'all'],
  ['bytes=-', 'all'],
  ['bytes=a-b', 'all'],
  ['bytes=99999999999999999999-', 'none'],
])('of 100 bytes, "%s" asks for %o', (header, range) => {
  expect(parseRange(header, 100)).toEqual(range);
});

test('nothing has no bytes', () => {
  expect(parseRange('bytes=0-', 0)).toBe('none');
  expect(parseRange('bytes=-1', 0)).toBe('none');
});
