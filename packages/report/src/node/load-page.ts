import { existsSync, readFileSync } from 'node:fs';
import type { PageRenderer } from '../page/page-renderer.ts';
import type { PageBundle } from './page-bundle.ts';

/** The files of a bundle that was made in advance. */
export const bundleFiles = { script: 'page.js', style: 'page.css', renderer: 'render.mjs' } as const;

/** A published package has this folder; in the repository the page is bundled when it is first needed. */
const prebuilt = new URL('../prebuilt/', import.meta.url);

let loaded: PageBundle | undefined;

/** The page's script and style sheet, and what draws it. Throws Error where a source does not compile. */
export async function loadPage(): Promise<Pick<PageBundle, 'script' | 'style'> & { renderer: PageRenderer }> {
  loaded ??= existsSync(prebuilt) ? readBundle(prebuilt) : (await import('./bundle-page.ts')).bundlePage();
  const { script, style, renderer } = loaded;
  const address = `data:text/javascript;base64,${Buffer.from(renderer).toString('base64')}`;
  const module = (await import(/* @vite-ignore */ address)) as { readonly default: PageRenderer };
  return { script, style, renderer: module.default };
}

/** What `prebuild` wrote. */
function readBundle(folder: URL): PageBundle {
  const read = (name: string) => readFileSync(new URL(name, folder), 'utf8');
  const { script, style, renderer } = bundleFiles;
  return { script: read(script), style: read(style), renderer: read(renderer) };
}
