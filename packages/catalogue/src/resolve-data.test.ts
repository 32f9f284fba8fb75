import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Catalogue } from './catalogue.ts';
import { resolveData } from './resolve-data.ts';
import { buildSdist } from './testing/build-archives.ts';
import { failureOf } from './testing/check-model.ts';
import { makeFolder, writeFiles } from './testing/make-folder.ts';
import { makeOptions } from './testing/make-options.ts';
import { commit } from './testing/model-fixture.ts';
import { sha256, startHub, type TestRepo } from './testing/start-hub.ts';
import { startPackageIndex } from './testing/start-package-index.ts';

describe('from an archive inside a source distribution', () => {
  const files = { 'north.txt': Buffer.from('1\t2.5\tgood\n'), 'south.txt': Buffer.from('1\t-1\tbad\n') };
  const inner = buildSdist({
    'scores/north.txt': files['north.txt'],
    'scores/south.txt': files['south.txt'],
    'scores/paper.pdf': Buffer.from('not needed'),
  });
  const sdistName = 'scores-1.0.tar.gz';
  const sdist = inner.then((bytes) =>
    buildSdist({ 'scores-1.0/PKG-INFO': Buffer.from(''), 'scores-1.0/extra/scores.tar.gz': bytes }),
  );

  async function catalogueOf(folder: string): Promise<Catalogue> {
    return {
      scores: {
        kind: 'data',
        licence: 'none',
        description: 'made by the test',
        files: { 'north.txt': sha256(files['north.txt']), 'south.txt': sha256(files['south.txt']) },
        keys: { 'north.txt': 'north' },
        origins: [
          {
            kind: 'package',
            project: 'scores',
            file: sdistName,
            sha256: sha256(await sdist),
            innerArchives: ['scores-1.0/extra/scores.tar.gz'],
            folder,
          },
        ],
        reading: { format: 'tsv', labelRule: 'sign' },
        split: { testCount: 1, seed: 5 },
      },
    };
  }

  test('the files arrive with how to read and split them', async () => {
    const index = await startPackageIndex('scores', { [sdistName]: await sdist });
    const options = { ...(await makeOptions({ index })), catalogue: await catalogueOf('scores') };
    const data = await resolveData('scores', options);
    expect(data).toEqual({
      id: 'scores',
      files: [
        { path: expect.stringMatching(/north\.txt$/), key: 'north' },
        { path: expect.stringMatching(/south\.txt$/) },
      ],
      reading: { format: 'tsv', labelRule: 'sign' },
      split: { testCount: 1, seed: 5 },
    });
    expect(await readFile(data.files[1]?.path ?? '')).toEqual(files['south.txt']);
    await index.stop();
    expect(await resolveData('scores', options)).toEqual(data);
  });

  test('a member that is not there is named', async () => {
    const index = await startPackageIndex('scores', { [sdistName]: await sdist });
    const options = { ...(await makeOptions({ index })), catalogue: await catalogueOf('elsewhere') };
    const error = await failureOf(resolveData('scores', options));
    expect(error.message).toContain('scores.tar.gz lacks elsewhere/north.txt, elsewhere/south.txt');
    expect(error.message).toContain('Set PIP_INDEX_URL to a server this machine reaches, or give a JSONL');
  });
});

describe('from the hub', () => {
  const repo: TestRepo = {
    type: 'dataset',
    name: 'org/phrases',
    commit,
    files: {
      'README.md': Buffer.from('about'),
      'data/train-00000-of-00001.parquet': Buffer.from('train bytes'),
      'data/validation-00000-of-00001.parquet': Buffer.from('validation bytes'),
      'data/test-00000-of-00001.parquet': Buffer.from('unlabelled'),
    },
  };
  const parts = [
    { path: expect.stringMatching(/\/data\/train-00000-of-00001\.parquet$/), part: 'train' },
    { path: expect.stringMatching(/\/data\/validation-00000-of-00001\.parquet$/), part: 'test' },
  ];

  test('the train and the validation part are fetched, and the next time taken from the cache', async () => {
    const hub = await startHub([repo]);
    const options = await makeOptions({ hub });
    const data = await resolveData('org/phrases', options);
    expect(data).toEqual({ id: 'org/phrases', files: parts });
    expect(relative(options.folder, data.files[0]?.path ?? '')).toBe(
      join('hf/hub/datasets--org--phrases/snapshots', commit, 'data/train-00000-of-00001.parquet'),
    );
    expect(await readFile(data.files[1]?.path ?? '', 'utf8')).toBe('validation bytes');
    await hub.stop();
    expect(await resolveData('org/phrases', options)).toEqual(data);
  });

  test('a snapshot of which others fetched only a part is completed', async () => {
    const hub = await startHub([repo]);
    const options = await makeOptions({ hub });
    await writeFiles(join(options.folder, 'hf/hub/datasets--org--phrases'), {
      'refs/main': commit,
      [`snapshots/${commit}/data/train-00000-of-00001.parquet`]: 'train bytes',
    });
    expect((await resolveData('org/phrases', options)).files).toEqual(parts);
  });

  test('a path that leaves the snapshot is left out', async () => {
    const files = { '../../../escaped/train.parquet': Buffer.from('x') };
    const hub = await startHub([{ ...repo, files }]);
    const error = await failureOf(resolveData('org/phrases', await makeOptions({ hub })));
    expect(error.message).toContain('it has no file that ends in .parquet');
    expect(hub.requests.filter((line) => line.includes('/resolve/'))).toEqual([]);
  });

  test('bytes that do not have the sha256 that the hub promises are refused', async () => {
    const hub = await startHub([repo], { tampered: Buffer.from('evil bytes') });
    const error = await failureOf(resolveData('org/phrases', await makeOptions({ hub })));
    expect(error.code).toBe('sha256-mismatch');
    expect(error.message).toContain(`expected sha256 ${sha256(Buffer.from('train bytes'))}, got`);
  });

  test('a catalogue entry without pins comes with how to read it', async () => {
    const hub = await startHub([{ ...repo, name: 'stanfordnlp/sst2' }]);
    const data = await resolveData('sst2', { ...(await makeOptions({ hub })), catalogue: undefined });
    expect(data).toMatchObject({
      id: 'sst2',
      files: parts,
      reading: { textColumn: 'sentence', labelNames: { 0: 'negative', 1: 'positive' } },
    });
  });
});

describe('a local file', () => {
  test('is used as it is', async () => {
    const folder = await makeFolder({ 'mine.csv': 'text,label\n' });
    const path = join(folder, 'mine.csv');
    expect(await resolveData(path, await makeOptions())).toEqual({ id: path, files: [{ path }] });
  });

  test.each([
    ['that is not there', 'data/absent.csv', 'no such file'],
    ['that is a folder', '/', 'a folder'],
  ])('%s is refused, without asking the hub', async (_, ref, got) => {
    const error = await failureOf(resolveData(ref, await makeOptions()));
    expect(error.code).toBe('data-file-missing');
    expect(error.message).toContain(`got ${got}`);
  });
});

test('a name of the other kind is refused', async () => {
  const error = await failureOf(resolveData('tiny', await makeOptions()));
  expect(error.code).toBe('data-reference-unknown');
  expect(error.message).toContain('got a model name');
});
