import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { memoryFiles } from '@legend-fl/adapter';
import { folderFiles } from '@legend-fl/adapter/node';
import { describe, expect, test } from 'vitest';
import { openModel, trainedClasses } from './model.ts';
import { loadTokenizer } from './tokenizer/load-tokenizer.ts';

const folderOf = (name: string) =>
  fileURLToPath(new URL(`../../../testdata/models/${name}`, import.meta.url));

async function inMemory(name: string): Promise<Map<string, Uint8Array>> {
  const folder = folderOf(name);
  const names = (await readdir(folder)).filter((file) => !file.startsWith('golden'));
  return new Map(
    await Promise.all(names.map(async (file) => [file, await readFile(join(folder, file))] as const)),
  );
}

describe.for(['bert', 'roberta-sharded', 'distilbert-bf16'])('%s in memory', (name) => {
  test('is the model, the tokenizer and the classes that its folder is', async () => {
    const [memory, folder] = [memoryFiles(await inMemory(name), 'page'), folderFiles(folderOf(name))];
    const [here, there] = [await openModel(memory, { seed: 1 }), await openModel(folder, { seed: 1 })];
    expect([...(await here.readAll())]).toEqual([...(await there.readAll())]);
    expect(here.head).toEqual(there.head);
    expect(await trainedClasses(memory)).toEqual(await trainedClasses(folder));
    const text = 'Nobody waited for the boat.';
    expect((await loadTokenizer(memory)).encode(text)).toEqual((await loadTokenizer(folder)).encode(text));
  });
});

test('tensors that are read share nothing with the bytes', async () => {
  const contents = await inMemory('bert');
  const model = await openModel(memoryFiles(contents, 'page'), { seed: 1 });
  const name = 'bert.embeddings.LayerNorm.weight';
  const before = await model.read(name, [32]);
  before.data.fill(7);
  expect((await model.read(name, [32])).data).not.toEqual(before.data);
});

test('a file that is not there is named with where it was looked for', async () => {
  const contents = await inMemory('bert');
  contents.delete('tokenizer.json');
  const files = memoryFiles(contents, 'https://models.test/bert');
  await expect(loadTokenizer(files)).rejects.toMatchObject({
    code: 'file-missing',
    problem: { where: 'https://models.test/bert/tokenizer.json' },
  });
  contents.delete('model.safetensors');
  await expect(openModel(files, { seed: 1 })).rejects.toMatchObject({
    code: 'checkpoint-weights-missing',
    problem: { where: 'https://models.test/bert' },
  });
});
