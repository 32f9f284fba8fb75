import { readFile } from 'node:fs/promises';
import { houseStyle } from '@legend-fl/look/node';
import { transform } from 'esbuild';
import { ASSETS, assetHeaders, shortHash } from './assets.ts';
import type { PageFile } from './page-file.ts';

const own = ['live/live.css', 'live/runs/runs.css', 'join/join.css'];

/** One style sheet for all pages. */
export async function bundleStyle(): Promise<{ readonly path: string; readonly file: PageFile }> {
  const sheets = await Promise.all(
    own.map((name) => readFile(new URL(`../${name}`, import.meta.url), 'utf8')),
  );
  const { code } = await transform([houseStyle, ...sheets].join('\n'), { loader: 'css', minify: true });
  const bytes = new TextEncoder().encode(code);
  return {
    path: `${ASSETS}/style-${shortHash(bytes)}.css`,
    file: { type: 'text/css; charset=utf-8', bytes, headers: assetHeaders },
  };
}
