import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { bundlePage } from './bundle-page.ts';
import { prebuild } from './prebuild.ts';

test('a page bundled in advance is the one bundled when needed, in files that need no others', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'legend-page-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const modules = await prebuild(join(folder, 'prebuilt'));
  const read = (name: string) => readFile(join(folder, 'prebuilt', name), 'utf8');
  const [script, style, renderer] = await Promise.all(['page.js', 'page.css', 'render.mjs'].map(read));
  expect({ script, style, renderer, modules }).toEqual(bundlePage());
  expect(modules).toContainEqual(expect.stringMatching(/node_modules.preact.+js$/));
  for (const text of [script, renderer]) expect(text).not.toMatch(/^import |\bfrom ?"/m);
  expect(style).not.toMatch(/url\(|@import/);
});
