import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { houseStyle } from '@legend-fl/look/node';
import { type BuildOptions, buildSync, transformSync } from 'esbuild';
import type { PageBundle } from './page-bundle.ts';

export interface BundledPage extends PageBundle {
  /** Paths of the modules that are in script and renderer, other people's included. */
  readonly modules: readonly string[];
}

/** Bundles the page's script, style sheet and renderer. Throws Error where a source does not compile. */
export function bundlePage(): BundledPage {
  const sheet = readFileSync(new URL('../page/page.css', import.meta.url), 'utf8');
  const style = transformSync(`${houseStyle}\n${sheet}`, { loader: 'css', minify: true, logLevel: 'silent' });
  const script = bundle('page/main.tsx', { platform: 'browser', minify: true });
  const renderer = bundle('page/render.tsx', { platform: 'node' });
  const modules = [...new Set([...script.modules, ...renderer.modules])];
  return { script: script.text, style: style.code, renderer: renderer.text, modules };
}

function bundle(
  entry: string,
  options: BuildOptions,
): { readonly text: string; readonly modules: readonly string[] } {
  const sources = fileURLToPath(new URL('../', import.meta.url));
  const { outputFiles, metafile } = buildSync({
    ...options,
    absWorkingDir: sources,
    entryPoints: [entry],
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    target: 'es2023',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'none',
    logLevel: 'silent',
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error(`esbuild made nothing of ${entry}`);
  return { text: file.text, modules: Object.keys(metafile.inputs).map((path) => join(sources, path)) };
}
