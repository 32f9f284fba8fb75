import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundlePage } from './bundle-page.ts';
import { bundleFiles } from './load-page.ts';

/** Writes the page's bundle into a folder, so that whoever installs the package needs no bundler. */
export async function prebuild(folder: string): Promise<void> {
  const { script, style, renderer } = bundlePage();
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, bundleFiles.script), script);
  await writeFile(join(folder, bundleFiles.style), style);
  await writeFile(join(folder, bundleFiles.renderer), renderer);
}
