import { bundlePages } from '../node/index.ts';

let pages: ReturnType<typeof bundlePages> | undefined;

/** The pages, bundled once for each file of tests. */
export function bundleOnce(): ReturnType<typeof bundlePages> {
  pages ??= bundlePages();
  return pages;
}
