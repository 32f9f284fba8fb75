import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundlePage } from './bundle-page.ts';
import { bundleFiles } from './load-page.ts';

/**
 * Writes the page's bundle into a folder, so that whoever installs the package needs no bundler.
 * @returns paths of the modules that were bundled
 */
export async function prebuild(folder: string): Promise<readonly string[]> {
  const { script, style, renderer, modules } = bundlePage();
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, bundleFiles.script), script);
  await writeFile(join(folder, bundleFiles.style), style);
  await writeFile(join(folder, bundleFiles.renderer), renderer);
  return modules;
}
