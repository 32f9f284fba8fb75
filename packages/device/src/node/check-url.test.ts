import { expect, test } from 'vitest';
import { checkUrl } from './check-url.ts';

const safe = { allowPlainHttp: false };

test.each([
  ['https://example.org:8443', 'https://example.org:8443'],
  ['https://example.org/legend/', 'https://example.org/legend'],
  ['http://localhost:8080/', 'http://localhost:8080'],
  ['http://127.0.0.1:1', 'http://127.0.0.1:1'],
  ['http://[::1]:1', 'http://[::1]:1'],
])('%s is an address', (text, url) => {
  expect(checkUrl(text, safe)).toBe(url);
});

test.each([
  [''],
  ['example.org'],
  ['ftp://example.org'],
  ['https://a:b@example.org'],
  ['https://example.org?token=x'],
  ['https://example.org#x'],
])('"%s" is none', (text) => {
  expect(() => checkUrl(text, safe)).toThrow(expect.objectContaining({ code: 'url-invalid' }));
});

test.each([['http://example.org'], ['http://127.0.0.1.example.org'], ['http://192.168.0.1']])(
  '%s is taken only where it is allowed',
  (text) => {
    expect(() => checkUrl(text, safe)).toThrow(expect.objectContaining({ code: 'url-not-safe' }));
    expect(checkUrl(text, { allowPlainHttp: true })).toBe(text);
  },
);
