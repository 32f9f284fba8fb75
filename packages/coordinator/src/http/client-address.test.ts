import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { clientAddress, isOverTls } from './client-address.ts';

/** What the two functions read of a request. */
function request(remoteAddress: string, headers: IncomingMessage['headers'] = {}): IncomingMessage {
  return { socket: { remoteAddress }, headers } as unknown as IncomingMessage;
}

test('X-Forwarded-For counts only behind a trusted proxy, and of it the last entry', () => {
  const incoming = request('10.0.0.1', { 'x-forwarded-for': '1.1.1.1, 2.2.2.2' });
  expect(clientAddress(incoming, false)).toBe('10.0.0.1');
  expect(clientAddress(incoming, true)).toBe('2.2.2.2');
  expect(clientAddress(request('10.0.0.1'), true)).toBe('10.0.0.1');
});

test('an IPv6 customer is one client', () => {
  expect(clientAddress(request('2001:db8:1:2:3:4:5:6'), false)).toBe('2001:db8:1:2::/64');
  expect(clientAddress(request('2001:db8:1:2::9'), false)).toBe('2001:db8:1:2::/64');
  expect(clientAddress(request('2001:0db8::1'), false)).toBe('2001:db8:0:0::/64');
  expect(clientAddress(request('::1'), false)).toBe('0:0:0:0::/64');
  expect(clientAddress(request('fe80::1%eth0'), false)).toBe('fe80:0:0:0::/64');
  expect(clientAddress(request('::ffff:192.0.2.1'), false)).toBe('192.0.2.1');
});

test('X-Forwarded-Proto counts only behind a trusted proxy', () => {
  const incoming = request('10.0.0.1', { 'x-forwarded-proto': 'https' });
  expect(isOverTls(incoming, false)).toBe(false);
  expect(isOverTls(incoming, true)).toBe(true);
});
