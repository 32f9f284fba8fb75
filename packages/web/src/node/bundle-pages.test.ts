import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { bundleAssets } from './bundle-assets.ts';
import { bundlePages } from './bundle-pages.ts';
import { readAssets } from './page-assets.ts';
import type { PageFile } from './page-file.ts';
import { prebuild } from './prebuild.ts';

let pages: ReadonlyMap<string, PageFile>;
beforeAll(async () => {
  pages = await bundlePages();
});

const textOf = (path: string) => new TextDecoder().decode(pages.get(path)?.bytes);

test.each(['/', '/join'])('all that %s names is there', (path) => {
  const named = textOf(path).match(/(?<=")\/[^"]+(?=")/g) ?? [];
  expect(named.length).toBeGreaterThan(1);
  for (const name of named) {
    expect([...pages.keys()].some((key) => (name.endsWith('/') ? key.startsWith(name) : key === name))).toBe(
      true,
    );
  }
});

test('every page and script may load from its own server only, and is isolated from others', () => {
  for (const [path, { headers }] of pages) {
    expect(headers['Content-Security-Policy'], path).toContain("connect-src 'self'");
    expect(headers['Cross-Origin-Embedder-Policy'], path).toBe('require-corp');
  }
});

test('what has a name of its own is kept for ever, what has not is asked for each time', () => {
  for (const [path, { headers }] of pages) {
    const expected = path.startsWith('/assets/') ? 'immutable' : 'no-cache';
    expect(headers['Cache-Control'], path).toContain(expected);
  }
});

test('the same sources give the same names', async () => {
  expect([...(await bundlePages()).keys()].sort()).toEqual([...pages.keys()].sort());
});

test('nothing moves by itself, whatever the reader’s system says of motion', () => {
  const [style = ''] = [...pages.keys()].filter((path) => path.endsWith('.css'));
  expect(textOf(style)).toContain('.meter');
  expect(textOf(style)).not.toMatch(/transition|animation|@keyframes|scroll-behavior/);
});

test('what is bundled in advance is read back as it was', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'legend-prebuilt-'));
  expect(
    (await prebuild(folder)).filter((path) => /[\\/]node_modules[\\/]preact[\\/]/.test(path)),
  ).not.toEqual([]);
  const { files, modules, ...others } = await bundleAssets();
  const read = readAssets(pathToFileURL(`${folder}/`));
  expect({ ...read, files: [] }).toEqual({ ...others, files: [] });
  const texts = (list: typeof files) =>
    list.map(([path, { bytes }]) => [path, new TextDecoder().decode(bytes)]);
  expect(texts(read.files).sort()).toEqual(texts(files).sort());
});
