import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { ASSETS, assetHeaders } from './assets.ts';
import type { PageAssets, PageFile } from './page-file.ts';

/** Describes the files beside it, in a folder of assets that were bundled in advance. */
export const MANIFEST = 'assets.json';

const manifestSchema = z.object({
  types: z.record(z.string(), z.string()),
  entries: z.record(z.string(), z.string()),
  style: z.string(),
});
export type AssetManifest = z.infer<typeof manifestSchema>;

/** A published package has this folder; in the repository pages are bundled when they are needed. */
const prebuilt = new URL('../prebuilt/', import.meta.url);

/** Throws Error where a source does not compile. */
export async function loadAssets(): Promise<PageAssets> {
  if (existsSync(prebuilt)) return readAssets(prebuilt);
  const { bundleAssets } = await import('./bundle-assets.ts');
  return bundleAssets();
}

/** What `prebuild` wrote. */
export function readAssets(folder: URL): PageAssets {
  const manifest: unknown = JSON.parse(readFileSync(new URL(MANIFEST, folder), 'utf8'));
  const { types, entries, style } = manifestSchema.parse(manifest);
  const files = Object.entries(types).map(([path, type]): [string, PageFile] => {
    const bytes = readFileSync(new URL(path.slice(`${ASSETS}/`.length), folder));
    return [path, { type, bytes, headers: assetHeaders }];
  });
  return { files, entries, style };
}
