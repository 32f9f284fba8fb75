import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { houseStyle } from '@legend-fl/look/node';
import { type BuildOptions, buildSync, transformSync } from 'esbuild';
import type { PageBundle } from './load-page.ts';

/** Bundles the page's script, style sheet and renderer. Throws Error where a source does not compile. */
export function bundlePage(): PageBundle {
  const sheet = readFileSync(new URL('../page/page.css', import.meta.url), 'utf8');
  const style = transformSync(`${houseStyle}\n${sheet}`, { loader: 'css', minify: true, logLevel: 'silent' });
  return {
    script: bundle('page/main.tsx', { platform: 'browser', minify: true }),
    style: style.code,
    renderer: bundle('page/render.tsx', { platform: 'node' }),
  };
}

function bundle(entry: string, options: BuildOptions): string {
  const { outputFiles = [] } = buildSync({
    ...options,
    absWorkingDir: fileURLToPath(new URL('../', import.meta.url)),
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2023',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'none',
    logLevel: 'silent',
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error(`esbuild made nothing of ${entry}`);
  return file.text;
}
