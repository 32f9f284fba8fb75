import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ASSETS } from './assets.ts';
import { bundleAssets } from './bundle-assets.ts';
import { type AssetManifest, MANIFEST } from './page-assets.ts';

/**
 * Writes the pages' scripts and style sheet into a folder, so that whoever installs the package needs no bundler.
 * @returns paths of the modules that were bundled
 */
export async function prebuild(folder: string): Promise<readonly string[]> {
  const { files, entries, style, modules } = await bundleAssets();
  for (const [path, { bytes }] of files) {
    if (bytes === undefined) throw new Error(`${path} was not bundled`);
    const file = join(folder, path.slice(`${ASSETS}/`.length));
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, bytes);
  }
  const types = Object.fromEntries(files.map(([path, { type }]) => [path, type]));
  const manifest: AssetManifest = { types, entries, style };
  await writeFile(join(folder, MANIFEST), JSON.stringify(manifest, null, 2));
  return modules;
}
