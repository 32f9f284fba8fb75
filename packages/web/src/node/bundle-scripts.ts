import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { ASSETS, assetHeaders } from './assets.ts';
import type { PageFile } from './page-file.ts';

export interface BundledScripts {
  /** By path. */
  readonly files: readonly (readonly [string, PageFile])[];
  /** Path of what each entry point became. */
  readonly entries: Readonly<Record<string, string>>;
  /** Paths of the modules that are in them. */
  readonly modules: readonly string[];
}

const sources = fileURLToPath(new URL('../', import.meta.url));
const entryPoints = ['live/main.tsx', 'join/main.tsx', 'join/worker/join-worker.ts'];

/** Half of zod is its messages in languages that no page is written in, and it brings them along unasked. */
const withoutLocales: Plugin = {
  name: 'without-locales',
  setup: ({ onLoad }) => {
    onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({ contents: 'export {}' }));
  },
};

/** The scripts of both pages and of the worker that is a device, with the parts that they share. */
export async function bundleScripts(): Promise<BundledScripts> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: sources,
    entryPoints,
    outdir: sources,
    outbase: sources,
    entryNames: '[dir]/[name]-[hash]',
    chunkNames: 'shared/[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    target: 'es2023',
    minify: true,
    write: false,
    metafile: true,
    jsx: 'automatic',
    jsxImportSource: 'preact',
    // Its own version for browsers, which brings the Buffer that it works with.
    alias: { 'csv-parse/sync': 'csv-parse/browser/esm/sync' },
    legalComments: 'none',
    logLevel: 'silent',
    plugins: [withoutLocales],
  });
  const pathOf = (name: string) => `${ASSETS}/${name}`;
  return {
    files: outputFiles.map(({ path, contents }) => [
      pathOf(path.slice(sources.length).replaceAll('\\', '/')),
      {
        type: 'text/javascript; charset=utf-8',
        bytes: contents,
        headers: assetHeaders,
      },
    ]),
    modules: Object.keys(metafile.inputs).map((path) => join(sources, path)),
    entries: Object.fromEntries(
      Object.entries(metafile.outputs).flatMap(([name, { entryPoint }]) =>
        entryPoint === undefined ? [] : [[entryPoint, pathOf(name)]],
      ),
    ),
  };
}
