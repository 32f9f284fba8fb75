import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { findChromium } from '@legend-fl/base/testing';
import { chromium } from 'playwright-core';
import { build, preview } from 'vite';
import { expect, inject, onTestFinished, test } from 'vitest';
import { tinyModel } from './user-project.ts';

/** A page that Vite builds from the installed packages. */

const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

test('a page that Vite built trains in Chromium', async () => {
  const folder = inject('installed');
  const root = join(folder, 'page');
  await cp(join(import.meta.dirname, 'vite-page'), root, { recursive: true });
  await cp(tinyModel, join(root, 'public/model'), { recursive: true });
  await mkdir(join(root, 'public/onnxruntime'));
  for (const file of ['ort-wasm-simd-threaded.mjs', 'ort-wasm-simd-threaded.wasm']) {
    const installed = join(folder, 'node_modules/onnxruntime-web/dist', file);
    await cp(installed, join(root, 'public/onnxruntime', file));
  }
  const settings = { root, configFile: false, logLevel: 'warn' } as const;
  await build({ ...settings, build: { target: 'es2024' } });
  const server = await preview({ ...settings, preview: { port: 0, host: '127.0.0.1', headers: isolation } });
  onTestFinished(() => server.close());
  const browser = await chromium.launch({
    executablePath: findChromium(),
    args: ['--no-sandbox', '--disable-background-networking'],
  });
  onTestFinished(() => browser.close());
  const page = await browser.newPage();
  await page.goto(server.resolvedUrls?.local[0] ?? '');
  const outcome = page.locator('#outcome');
  await outcome.filter({ hasText: /./ }).waitFor({ timeout: 120_000 });
  const losses: number[] = JSON.parse((await outcome.textContent()) ?? '');
  expect(losses).toHaveLength(8);
  expect(losses.at(-1)).toBeLessThan((losses[0] ?? 0) / 2);
});
