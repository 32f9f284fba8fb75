import { devNull } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeFolder } from '../testing/make-folder.ts';
import { findIndex, pipConfigFiles } from './find-index.ts';

test('PIP_INDEX_URL wins over configuration files', async () => {
  const folder = await makeFolder({ 'pip.conf': '[global]\nindex-url = https://file.example/simple\n' });
  const index = await findIndex({ PIP_INDEX_URL: 'https://env.example/simple/' }, [join(folder, 'pip.conf')]);
  expect(index).toEqual({ url: 'https://env.example/simple', authorization: undefined });
});

test.each([
  ['index-url', '[global]\nindex-url = https://a.example/simple\n'],
  [
    'index_url and a colon',
    '# mine\n[install]\nindex-url=https://no.example\r\n[global]\r\nindex_url: https://a.example/simple',
  ],
])('the [global] section of a configuration file: %s', async (_, ini) => {
  const folder = await makeFolder({ 'pip.conf': ini });
  const files = [join(folder, 'absent.conf'), join(folder, 'pip.conf')];
  expect((await findIndex({}, files)).url).toBe('https://a.example/simple');
});

test('with nothing configured, the public index', async () => {
  const folder = await makeFolder({ 'pip.conf': '[global]\ntimeout = 60\n' });
  expect((await findIndex({}, [join(folder, 'pip.conf')])).url).toBe('https://pypi.org/simple');
});

test('credentials become a header and leave the URL', async () => {
  const index = await findIndex({ PIP_INDEX_URL: 'https://me:p%40ss@env.example/simple' });
  const encoded = Buffer.from('me:p@ss').toString('base64');
  expect(index).toEqual({ url: 'https://env.example/simple', authorization: `Basic ${encoded}` });
});

test("pip's configuration files in pip's order", () => {
  const env = { HOME: '/home/me', PIP_CONFIG_FILE: '/a/pip.conf', VIRTUAL_ENV: '/venv' };
  expect(pipConfigFiles(env)).toEqual([
    '/a/pip.conf',
    '/venv/pip.conf',
    '/home/me/.config/pip/pip.conf',
    '/home/me/.pip/pip.conf',
    '/etc/pip.conf',
  ]);
  expect(pipConfigFiles({ ...env, PIP_CONFIG_FILE: devNull })).toEqual([]);
});
