import { stop } from 'esbuild';
import { bundleScripts } from './bundle-scripts.ts';
import { bundleStyle } from './bundle-style.ts';
import type { PageAssets } from './page-file.ts';

export interface BundledAssets extends PageAssets {
  /** Paths of the modules that are in the scripts, other people's included. */
  readonly modules: readonly string[];
}

/** Bundles scripts and style sheet in memory. Throws Error where a source does not compile. */
export async function bundleAssets(): Promise<BundledAssets> {
  const [scripts, style] = await withBundler(() => Promise.all([bundleScripts(), bundleStyle()]));
  return {
    files: [...scripts.files, [style.path, style.file]],
    entries: scripts.entries,
    style: style.path,
    modules: scripts.modules,
  };
}

let bundling = 0;

/** Does something with esbuild, whose process, of as much memory as the coordinator's, ends afterwards. */
async function withBundler<Result>(work: () => Promise<Result>): Promise<Result> {
  bundling++;
  try {
    return await work();
  } finally {
    if (--bundling === 0) await stop();
  }
}
