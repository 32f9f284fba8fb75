import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readSettings } from './read-settings.ts';

test('an empty environment gives the public hub and the usual folders', () => {
  const settings = readSettings({ env: {} });
  expect(settings.hub).toEqual({
    url: 'https://huggingface.co',
    cacheFolder: join(homedir(), '.cache/huggingface/hub'),
    token: undefined,
    timeoutMs: 5000,
  });
  expect(settings.cacheFolder).toBe(join(homedir(), '.cache/legend'));
  expect(settings.offlineBy).toBeUndefined();
});

test.each([
  [{ LEGEND_CACHE: '/c', XDG_CACHE_HOME: '/x' }, '/c'],
  [{ XDG_CACHE_HOME: '/x' }, '/x/legend'],
  [{ LEGEND_CACHE: '~/c', HOME: '/home/me' }, '/home/me/c'],
  [{ LEGEND_CACHE: '', HOME: '/home/me' }, '/home/me/.cache/legend'],
])("Legend's cache with %j", (env, expected) => {
  expect(readSettings({ env }).cacheFolder).toBe(expected);
});

test.each([
  [{ HF_HUB_CACHE: '/a', HUGGINGFACE_HUB_CACHE: '/b', HF_HOME: '/c', XDG_CACHE_HOME: '/d' }, '/a'],
  [{ HUGGINGFACE_HUB_CACHE: '/b', HF_HOME: '/c', XDG_CACHE_HOME: '/d' }, '/b'],
  [{ HF_HOME: '/c', XDG_CACHE_HOME: '/d' }, '/c/hub'],
  [{ HF_HOME: '~/c', HOME: '/home/me' }, '/home/me/c/hub'],
  [{ XDG_CACHE_HOME: '/d' }, '/d/huggingface/hub'],
])("the hub's cache with %j", (env, expected) => {
  expect(readSettings({ env }).hub.cacheFolder).toBe(expected);
});

test.each(['1', 'true', 'YES', 'on'])('HF_HUB_OFFLINE=%s forbids to fetch', (value) => {
  expect(readSettings({ env: { HF_HUB_OFFLINE: value } }).offlineBy).toBe('HF_HUB_OFFLINE');
});

test('HF_HUB_OFFLINE=0 does not', () => {
  expect(readSettings({ env: { HF_HUB_OFFLINE: '0' } }).offlineBy).toBeUndefined();
});

describe('bad settings', () => {
  test.each([
    ['HF_ENDPOINT', 'hub.example'],
    ['HF_ENDPOINT', 'ftp://hub.example'],
    ['HF_HUB_ETAG_TIMEOUT', 'soon'],
    ['HF_HUB_ETAG_TIMEOUT', '-1'],
  ])('%s=%s is refused', (name, value) => {
    expect(() => readSettings({ env: { [name]: value } })).toThrow(
      expect.objectContaining({
        code: 'setting-invalid',
        message: expect.stringContaining(`got "${value}"`),
      }),
    );
  });
});
