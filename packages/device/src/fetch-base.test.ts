import { afterEach, beforeEach, expect, test } from 'vitest';
import { memoryBlobCache } from './blob-cache.ts';
import { fetchBase } from './fetch-base.ts';
import { SmallRun } from './testing/small-run.ts';

let small: SmallRun;

beforeEach(async () => {
  small = new SmallRun();
  await small.start();
});
afterEach(() => small.server.stop());

test('the files of a base model come once, and are read in parts', async () => {
  const { run } = small.server;
  if (!run) throw new Error('no run');
  const client = await small.client();
  const cache = memoryBlobCache();
  const progress: [number, number][] = [];
  const options = {
    signal: new AbortController().signal,
    onProgress: (bytes: number, total: number) => progress.push([bytes, total]),
  };
  const { files, transfer } = await fetchBase(client, run, cache, options);
  const total = run.base.files.reduce((sum, { bytes }) => sum + bytes, 0);
  expect(transfer.bytes).toBe(total);
  expect(progress.at(-1)).toEqual([total, total]);
  expect(await files.list()).toEqual(run.base.files.map(({ name }) => name));
  const config = await files.open('config.json', 'the configuration');
  expect(new TextDecoder().decode(await config.read(0, 1))).toBe('{');
  expect(config.path).toBe(`base model bert of ${small.server.url}, config.json`);
  await expect(files.open('vocab.txt', 'words')).rejects.toMatchObject({ code: 'file-missing' });
  const again = await fetchBase(client, run, cache, options);
  expect(again.transfer.bytes).toBe(0);
  expect(await again.files.list()).toHaveLength(run.base.files.length);
});
