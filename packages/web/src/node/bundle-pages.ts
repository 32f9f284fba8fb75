import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { houseStyle } from '@legend/look/node';
import { build, type Plugin, transform } from 'esbuild';
import { pageDocument } from './page-document.ts';

/** A file that the coordinator's server gives out as it is. */
export interface PageFile {
  /** Media type. */
  readonly type: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Further response headers. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Path that the hashed files lie under, without a slash at the end. */
const ASSETS = '/assets';
/** Its name says what is in it, so that it never changes. */
const forEver = { 'Cache-Control': 'public, max-age=31536000, immutable' };

const sources = fileURLToPath(new URL('../', import.meta.url));

/**
 * Bundles the pages in memory: the live page at `/`, and what it is made of under `/assets/`, by hashed names. Throws
 * Error where a source does not compile.
 */
export async function bundlePages(): Promise<ReadonlyMap<string, PageFile>> {
  const [scripts, style] = await Promise.all([bundleScripts(), bundleStyle()]);
  const files = new Map<string, PageFile>(scripts.files);
  files.set(style.path, style.file);
  files.set(
    '/',
    pageDocument({ title: 'Legend', script: scripts.entry('live/main.tsx'), style: style.path }),
  );
  return files;
}

/** Half of zod is its messages in languages that no page is written in, and it brings them along unasked. */
const withoutLocales: Plugin = {
  name: 'without-locales',
  setup: ({ onLoad }) => {
    onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({ contents: 'export {}' }));
  },
};

async function bundleScripts() {
  const { outputFiles, metafile } = await build({
    absWorkingDir: sources,
    entryPoints: ['live/main.tsx'],
    outdir: sources,
    outbase: sources,
    entryNames: '[dir]/[name]-[hash]',
    chunkNames: 'chunk-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    target: 'es2023',
    minify: true,
    write: false,
    metafile: true,
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'none',
    logLevel: 'silent',
    plugins: [withoutLocales],
  });
  const pathOf = (name: string) => `${ASSETS}/${name}`;
  const files = outputFiles.map(({ path, contents }) => {
    const file: PageFile = {
      type: 'text/javascript; charset=utf-8',
      bytes: Uint8Array.from(contents),
      headers: forEver,
    };
    return [pathOf(path.slice(sources.length)), file] as const;
  });
  const entry = (source: string): string => {
    const [name] = Object.entries(metafile.outputs).find(([, { entryPoint }]) => entryPoint === source) ?? [];
    if (name === undefined) throw new Error(`esbuild made nothing of ${source}`);
    return pathOf(name);
  };
  return { files, entry };
}

/** One style sheet for all pages. */
async function bundleStyle(): Promise<{ path: string; file: PageFile }> {
  const own = ['shared/shared.css', 'live/live.css'].map((name) => readFileSync(`${sources}${name}`, 'utf8'));
  const { code } = await transform([houseStyle, ...own].join('\n'), { loader: 'css', minify: true });
  const bytes = new TextEncoder().encode(code);
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 8);
  return {
    path: `${ASSETS}/style-${hash}.css`,
    file: { type: 'text/css; charset=utf-8', bytes, headers: forEver },
  };
}
