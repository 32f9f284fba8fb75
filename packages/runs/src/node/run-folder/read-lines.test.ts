import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readLines, type WholeLine } from './read-lines.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'legend-lines-'));
  path = join(folder, 'lines');
});
afterEach(() => rm(folder, { recursive: true }));

async function linesOf(text: string): Promise<WholeLine[]> {
  await writeFile(path, text);
  const lines: WholeLine[] = [];
  for await (const line of readLines(path)) lines.push(line);
  return lines;
}

test('lines end with their newline, and what comes after the last one is none', async () => {
  expect(await linesOf('a\n\nbc\nd')).toEqual([
    { text: 'a', endByte: 2 },
    { text: '', endByte: 3 },
    { text: 'bc', endByte: 6 },
  ]);
  expect(await linesOf('torn')).toEqual([]);
  expect(await linesOf('')).toEqual([]);
});

// Longer than a chunk, so that characters of several bytes lie where chunks meet.
test.each([1, 2, 3])('lines longer than what is read at once are whole, moved by %d bytes', async (moved) => {
  const texts = [
    'x'.repeat(moved),
    'é€'.repeat(700_000),
    '',
    '😀'.repeat(300_000),
    'y'.repeat((1 << 20) - 1),
  ];
  const lines = await linesOf(texts.map((text) => `${text}\n`).join(''));
  expect(lines.map(({ text }) => text.length)).toEqual(texts.map((text) => text.length));
  expect(lines.every(({ text }, index) => text === texts[index])).toBe(true);
  expect(lines.at(-1)?.endByte).toBe(Buffer.byteLength(texts.join('')) + texts.length);
});

test('no file has no lines, and a folder is an error', async () => {
  const count = async (place: string) => {
    let lines = 0;
    for await (const _ of readLines(place)) lines++;
    return lines;
  };
  expect(await count(join(folder, 'missing'))).toBe(0);
  await expect(count(folder)).rejects.toMatchObject({ code: 'EISDIR' });
});
