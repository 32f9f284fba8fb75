import { mkdir, readdir, readFile, readlink, symlink, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { DownloadProgress } from '../read-settings.ts';
import { resolveModel } from '../resolve-model.ts';
import { expectModel, failureOf, leftovers } from '../testing/check-model.ts';
import { makeFolder, writeFiles } from '../testing/make-folder.ts';
import { makeOptions } from '../testing/make-options.ts';
import { commit, modelFiles, modelRepo } from '../testing/model-fixture.ts';
import { gitBlob, sha256, startHub } from '../testing/start-hub.ts';
import { sendJson, startServer } from '../testing/start-server.ts';

const weightsSha256 = sha256(modelFiles['model.safetensors']);
const weightsBlob = `hf/hub/models--org--tiny/blobs/${weightsSha256}`;

/** A snapshot in the hub's cache as Python's huggingface_hub writes it. */
async function writeSnapshot(hubCache: string, names: readonly (keyof typeof modelFiles)[]): Promise<void> {
  const repo = join(hubCache, 'models--org--tiny');
  await writeFiles(repo, { 'refs/main': commit });
  await mkdir(join(repo, 'snapshots', commit), { recursive: true });
  for (const name of names) {
    const bytes = modelFiles[name];
    const blob = join('blobs', name === 'model.safetensors' ? sha256(bytes) : gitBlob(bytes));
    await writeFiles(repo, { [blob]: bytes });
    await symlink(join('../..', blob), join(repo, 'snapshots', commit, name));
  }
}

describe('from the hub', () => {
  test("a model arrives, only its needed files, in the layout of Python's huggingface_hub", async () => {
    const hub = await startHub([modelRepo]);
    const options = await makeOptions({ hub });
    const model = await resolveModel('org/tiny', options);
    const repo = join(options.folder, 'hf/hub/models--org--tiny');
    expect(model).toEqual({
      id: 'org/tiny',
      pretrainedName: 'org/tiny',
      folder: join(repo, 'snapshots', commit),
      sha256: weightsSha256,
    });
    await expectModel(model.folder);
    expect((await readdir(model.folder)).sort()).toEqual(Object.keys(modelFiles).sort());
    expect(await readFile(join(repo, 'refs/main'), 'utf8')).toBe(commit);
    expect(await readlink(join(model.folder, 'model.safetensors'))).toBe(`../../blobs/${weightsSha256}`);
    const configBlob = gitBlob(modelFiles['config.json']);
    expect(await readlink(join(model.folder, 'config.json'))).toBe(`../../blobs/${configBlob}`);
    expect(await leftovers(options)).toEqual([]);
  });

  test('progress grows to the total', async () => {
    const hub = await startHub([modelRepo]);
    const events: DownloadProgress[] = [];
    const onProgress = (event: DownloadProgress) => events.push(event);
    await resolveModel('org/tiny', { ...(await makeOptions({ hub })), onProgress });
    const weights = events.filter(({ file }) => file === 'model.safetensors');
    const received = weights.map(({ receivedBytes }) => receivedBytes);
    expect(received).toEqual([...received].sort((a, b) => a - b));
    expect(weights.at(-1)).toEqual({
      file: 'model.safetensors',
      receivedBytes: 300_000,
      totalBytes: 300_000,
    });
  });

  test('the token goes to the hub and not to the storage it redirects to', async () => {
    const hub = await startHub([modelRepo], { token: 'secret' });
    const model = await resolveModel('org/tiny', await makeOptions({ hub }, { HF_TOKEN: 'secret' }));
    await expectModel(model.folder);
  });

  test('without the token it is refused, and the error says what to do', async () => {
    const hub = await startHub([modelRepo], { token: 'secret' });
    const error = await failureOf(resolveModel('org/tiny', await makeOptions({ hub })));
    expect(error.code).toBe('sources-failed');
    expect(error.message).toContain('status 401 (it wants credentials, or there is no such repository)');
    expect(error.message).toContain('Set HF_ENDPOINT to a server this machine reaches, or give a folder');
  });

  test('a second time no request is made', async () => {
    const hub = await startHub([modelRepo]);
    const options = await makeOptions({ hub });
    const first = await resolveModel('org/tiny', options);
    await hub.stop();
    expect(await resolveModel('org/tiny', options)).toEqual(first);
    expect(await resolveModel('tiny', options)).toEqual({ ...first, id: 'tiny' });
  });

  test('a tag is resolved, and remembered as such', async () => {
    const hub = await startHub([{ ...modelRepo, revisions: ['refs/pr/7'] }]);
    const options = await makeOptions({ hub });
    const { folder } = await resolveModel('org/tiny@refs/pr/7', options);
    await expectModel(folder);
    const refs = join(options.folder, 'hf/hub/models--org--tiny/refs');
    expect(await readFile(join(refs, 'refs/pr/7'), 'utf8')).toBe(commit);
    await hub.stop();
    expect((await resolveModel('org/tiny@refs/pr/7', options)).folder).toBe(folder);
    expect((await resolveModel(`org/tiny@${commit}`, options)).folder).toBe(folder);
  });

  test('weights in several files come with all of them', async () => {
    const [first, second] = [Buffer.from('one'), Buffer.from('two')];
    const names = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'] as const;
    const index = { weight_map: { a: names[0], b: names[1], c: names[0] } };
    const { 'model.safetensors': _, ...rest } = modelFiles;
    const files = {
      ...rest,
      'model.safetensors.index.json': Buffer.from(JSON.stringify(index)),
      [names[0]]: first,
      [names[1]]: second,
    };
    const hub = await startHub([{ ...modelRepo, files }]);
    const model = await resolveModel('org/tiny', await makeOptions({ hub }));
    expect(await readFile(join(model.folder, names[1]), 'utf8')).toBe('two');
    const sums = `${sha256(first)}  ${names[0]}\n${sha256(second)}  ${names[1]}\n`;
    expect(model.sha256).toBe(sha256(Buffer.from(sums)));
  });

  test('a repository without safetensors is refused, naming what it lacks', async () => {
    const hub = await startHub([{ ...modelRepo, files: { 'config.json': modelFiles['config.json'] } }]);
    const error = await failureOf(resolveModel('org/tiny', await makeOptions({ hub })));
    expect(error.message).toContain('it lacks tokenizer.json, model.safetensors (or its index)');
  });

  test('several at once do not disturb each other', async () => {
    const hub = await startHub([modelRepo]);
    const options = await makeOptions({ hub });
    await Promise.all(Array.from({ length: 4 }, () => resolveModel('org/tiny', options)));
    await expectModel((await resolveModel('org/tiny', options)).folder);
    expect(await leftovers(options)).toEqual([]);
  });

  test('a listing whose hashes would point out of the cache is refused', async () => {
    const files = Object.keys(modelFiles).map((path) => ({
      type: 'file',
      path,
      oid: '0'.repeat(40),
      size: 1,
      lfs: { oid: '../../../../../x', size: 1, pointerSize: 1 },
    }));
    const hub = await startServer((request, response) => {
      sendJson(response, request.url?.includes('/tree/') ? files : { id: 'org/tiny', sha: commit });
    });
    const error = await failureOf(resolveModel('org/tiny', await makeOptions({ hub })));
    expect(error.message).toContain("does not answer as the hub's API does");
    expect(hub.requests.filter((line) => line.includes('/resolve/'))).toEqual([]);
  });

  test('an answer that is not the API of a hub counts as refused', async () => {
    const portal = await startServer((_, response) => response.end('<html>Please log in</html>'));
    const error = await failureOf(resolveModel('org/tiny', await makeOptions({ hub: portal })));
    expect(error.message).toContain(`${portal.url} does not answer as the hub's API does`);
  });
});

describe("a cache that Python's huggingface_hub wrote", () => {
  const all = ['config.json', 'model.safetensors', 'tokenizer.json'] as const;

  test.each([
    ['HF_HOME', 'hub'],
    ['HF_HUB_CACHE', ''],
    ['HUGGINGFACE_HUB_CACHE', ''],
    ['XDG_CACHE_HOME', 'huggingface/hub'],
  ])('is found by %s, offline, without any request', async (variable, below) => {
    const cache = await makeFolder();
    await writeSnapshot(join(cache, below), all);
    const env = { HF_HOME: undefined, HF_HUB_OFFLINE: '1', [variable]: cache };
    const model = await resolveModel('tiny', await makeOptions({}, env));
    expect(model.folder).toBe(join(cache, below, 'models--org--tiny/snapshots', commit));
    expect(model.sha256).toBe(weightsSha256);
  });

  test('is completed where a file is missing, keeping what is there', async () => {
    const hub = await startHub([modelRepo]);
    const options = await makeOptions({ hub });
    await writeSnapshot(join(options.folder, 'hf/hub'), ['config.json', 'model.safetensors']);
    await expectModel((await resolveModel('tiny', options)).folder);
    expect(hub.requests.filter((line) => line.includes('model.safetensors'))).toEqual([]);
  });

  test('is not trusted where a file is damaged', async () => {
    const hub = await startHub([modelRepo]);
    const options = await makeOptions({ hub });
    await writeSnapshot(join(options.folder, 'hf/hub'), all);
    await truncate(join(options.folder, weightsBlob), 1000);
    await expectModel((await resolveModel('org/tiny', options)).folder);
    expect(options.lines).toEqual([
      expect.stringMatching(/model\.safetensors: its sha256 is not \w+; not used/),
    ]);
  });
});
