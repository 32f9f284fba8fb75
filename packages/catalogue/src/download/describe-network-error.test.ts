import { expect, test } from 'vitest';
import { describeNetworkError } from './describe-network-error.ts';

test('the innermost cause counts', async () => {
  const error = await fetch('http://127.0.0.1:2').catch((thrown: unknown) => thrown);
  expect(describeNetworkError(error)).toBe('connection refused');
  const attempts = new AggregateError([Object.assign(new Error('a'), { code: 'ENOTFOUND' }), new Error('b')]);
  const wrapped = new TypeError('fetch failed', { cause: attempts });
  expect(describeNetworkError(wrapped)).toBe('its name cannot be resolved');
});

test('an untrusted certificate comes with the way out', () => {
  const error = Object.assign(new Error('self-signed'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
  expect(describeNetworkError(error)).toContain('NODE_EXTRA_CA_CERTS');
});

test('an unknown error keeps its own words', () => {
  expect(describeNetworkError(new Error('strange'))).toBe('strange');
  expect(describeNetworkError('odd')).toBe('odd');
});
