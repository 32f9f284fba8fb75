import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { readAdapterNotes, writeAdapterNotes } from './adapter-notes.ts';

const notes = { classes: ['negative', 'positive'], maxLength: 64, model: { id: 'minilm-l6', sha256: 'ab' } };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'legend-notes-'));
});

test('notes are read as they were written', async () => {
  await writeAdapterNotes(folder, notes);
  expect(await readAdapterNotes(folder)).toEqual({ formatVersion: 1, ...notes });
});

test('a folder without notes has none', async () => {
  expect(await readAdapterNotes(folder)).toBeUndefined();
  expect(await readAdapterNotes(join(folder, 'none'))).toBeUndefined();
});

test.for([
  ['cut short', '{"formatVersion":1,\n"cla'],
  ['empty', ''],
  ['no object', '[]'],
  ['of another version', JSON.stringify({ formatVersion: 2, ...notes })],
  ['without classes', JSON.stringify({ formatVersion: 1, ...notes, classes: undefined })],
  ['of no tokens', JSON.stringify({ formatVersion: 1, ...notes, maxLength: 0 })],
])('notes that are %s are refused with their path', async ([, text = '']) => {
  await writeFile(join(folder, 'legend.json'), text);
  await expect(readAdapterNotes(folder)).rejects.toMatchObject({
    name: 'InputError',
    code: 'adapter-notes-invalid',
    message: expect.stringContaining(join(folder, 'legend.json')),
  });
});

test('notes that cannot be read are not taken for missing', async () => {
  await mkdir(join(folder, 'legend.json'));
  await expect(readAdapterNotes(folder)).rejects.toThrow('EISDIR');
});
