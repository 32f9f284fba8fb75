import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseReference } from './parse-reference.ts';
import { readSettings } from './read-settings.ts';
import { makeFolder } from './testing/make-folder.ts';
import { modelCatalogue } from './testing/model-fixture.ts';

const settings = readSettings({ env: { HOME: '/home/me' }, catalogue: modelCatalogue });

test.each([
  ['org/name', { kind: 'hub', repo: 'org/name', revision: 'main' }],
  ['org/name-1.5_x@v2.0', { kind: 'hub', repo: 'org/name-1.5_x', revision: 'v2.0' }],
  ['org/name@refs/pr/3', { kind: 'hub', repo: 'org/name', revision: 'refs/pr/3' }],
  ['tiny', { kind: 'catalogue', entry: modelCatalogue.tiny }],
  ['./org/name', { kind: 'path', path: join(process.cwd(), 'org/name') }],
  ['../x', { kind: 'path', path: join(process.cwd(), '../x') }],
  ['/models/x', { kind: 'path', path: '/models/x' }],
  ['~/x', { kind: 'path', path: '/home/me/x' }],
])('a model: %s', async (ref, expected) => {
  expect(await parseReference(ref, 'model', settings)).toEqual(expected);
});

test('a path that exists wins over a repository of the same form', async () => {
  const folder = await makeFolder({ 'org/name/config.json': '{}' });
  const relative = join(folder, 'org/name').slice(1);
  const here = process.cwd();
  process.chdir('/');
  try {
    expect(await parseReference(relative, 'model', settings)).toMatchObject({ kind: 'path' });
  } finally {
    process.chdir(here);
  }
});

test('data in a folder that is not there is a path and no repository', async () => {
  expect(await parseReference('data/x.parquet', 'data', settings)).toMatchObject({ kind: 'path' });
});

test.each(['', 'nothing', 'a/b/c', 'org/name@', 'org/name@../x', 'https://hub.example/org/name'])(
  'refused: "%s"',
  async (ref) => {
    await expect(parseReference(ref, 'model', settings)).rejects.toMatchObject({
      code: 'model-reference-unknown',
    });
  },
);
