import { createHash } from 'node:crypto';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { listBaseFiles } from './base-files.ts';

async function folderOf(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'legend-base-'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

test('devices fetch configuration, tokenizer and weights, and nothing else', async () => {
  const files = { 'config.json': '{}', 'tokenizer.json': '[]', 'model.safetensors': 'weights' };
  const folder = await folderOf({ ...files, 'golden.json': 'x', 'pytorch_model.bin': 'x', 'README.md': 'x' });
  const listed = await listBaseFiles(folder);
  expect(listed.map(({ name, bytes, sha256 }) => ({ name, bytes, sha256 }))).toEqual([
    { name: 'config.json', bytes: 2, sha256: sha256('{}') },
    { name: 'model.safetensors', bytes: 7, sha256: sha256('weights') },
    { name: 'tokenizer.json', bytes: 2, sha256: sha256('[]') },
  ]);
});

test('weights in several files come with their index', async () => {
  const files = {
    'config.json': '{}',
    'model-00001-of-00002.safetensors': 'a',
    'model-00002-of-00002.safetensors': 'b',
    'model.safetensors.index.json': '{}',
  };
  const listed = await listBaseFiles(await folderOf(files));
  expect(listed.map(({ name }) => name)).toEqual(Object.keys(files));
});

test('a file that was replaced is hashed again', async () => {
  const folder = await folderOf({ 'model.safetensors': 'first' });
  expect((await listBaseFiles(folder))[0]?.sha256).toBe(sha256('first'));
  await writeFile(join(folder, 'model.safetensors'), 'another');
  expect((await listBaseFiles(folder))[0]?.sha256).toBe(sha256('another'));
});
