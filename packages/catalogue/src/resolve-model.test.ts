import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { resolveModel } from './resolve-model.ts';
import { failureOf } from './testing/check-model.ts';
import { makeFolder } from './testing/make-folder.ts';
import { makeOptions } from './testing/make-options.ts';
import { modelFiles } from './testing/model-fixture.ts';
import { sha256 } from './testing/start-hub.ts';

const weightsSha256 = sha256(modelFiles['model.safetensors']);

describe('a local folder', () => {
  test('is used as it is', async () => {
    const folder = await makeFolder(modelFiles);
    const model = await resolveModel(folder, await makeOptions());
    expect(model).toEqual({ id: folder, folder, pretrainedName: folder, sha256: weightsSha256 });
  });

  test('with weights in several files is hashed as the list that sha256sum prints', async () => {
    const parts = { 'b.safetensors': 'second', 'a.safetensors': 'first' };
    const index = JSON.stringify({
      weight_map: { x: 'b.safetensors', y: 'a.safetensors', z: 'b.safetensors' },
    });
    const { 'model.safetensors': _, ...others } = modelFiles;
    const folder = await makeFolder({ ...others, ...parts, 'model.safetensors.index.json': index });
    const list = `${sha256(Buffer.from('first'))}  a.safetensors\n${sha256(Buffer.from('second'))}  b.safetensors\n`;
    expect((await resolveModel(folder, await makeOptions())).sha256).toBe(sha256(Buffer.from(list)));
  });

  test('is hashed again when its weights change', async () => {
    const folder = await makeFolder(modelFiles);
    const options = await makeOptions();
    await resolveModel(folder, options);
    const other = Buffer.alloc(300_000, 'changed ');
    await writeFile(join(folder, 'model.safetensors'), other);
    expect((await resolveModel(folder, options)).sha256).toBe(sha256(other));
  });

  test('works where no cache can be written', async () => {
    const folder = await makeFolder(modelFiles);
    const cacheFolder = join(folder, 'config.json', 'cache');
    const model = await resolveModel(folder, { ...(await makeOptions()), cacheFolder });
    expect(model.sha256).toBe(weightsSha256);
  });

  test('lacking files is refused, naming them', async () => {
    const folder = await makeFolder({ 'config.json': '{}', 'pytorch_model.bin': 'x' });
    const error = await failureOf(resolveModel(folder, await makeOptions()));
    expect(error.code).toBe('model-folder-incomplete');
    expect(error.message).toContain('it lacks tokenizer.json, model.safetensors (or its index)');
  });

  test.each([
    ['that is not there', '/absent', 'no such folder'],
    ['that is a file', '/config.json', 'a file'],
  ])('%s is refused', async (_, below, got) => {
    const folder = await makeFolder(modelFiles);
    const error = await failureOf(resolveModel(`${folder}${below}`, await makeOptions()));
    expect(error.code).toBe('model-folder-missing');
    expect(error.message).toContain(`got ${got}`);
  });

  test.each([
    ['malformed', '{"weight_map":', 'got something else'],
    ['of a missing file', '{"weight_map":{"a":"model-9.safetensors"}}', 'got no model-9.safetensors'],
  ])('with a weights index %s is refused', async (_, index, got) => {
    const { 'model.safetensors': weights, ...rest } = modelFiles;
    const files = {
      ...rest,
      'model.safetensors.index.json': index,
      'model-00001-of-00001.safetensors': weights,
    };
    const error = await failureOf(resolveModel(await makeFolder(files), await makeOptions()));
    expect(error.code).toBe('weights-index-invalid');
    expect(error.message).toContain(got);
  });
});

test('a name that means nothing lists the names there are', async () => {
  const error = await failureOf(resolveModel('tinny', await makeOptions()));
  expect(error.code).toBe('model-reference-unknown');
  expect(error.message).toBe(
    'tinny: expected a folder, org/name on the Hugging Face hub or one of tiny, got nothing of that name. ' +
      'Check the spelling.',
  );
});
