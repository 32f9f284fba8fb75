import { stop } from 'esbuild';
import { type BundledScripts, bundleScripts } from './bundle-scripts.ts';
import { bundleStyle } from './bundle-style.ts';
import { pageDocument } from './page-document.ts';
import { findRuntimeFiles } from './runtime-files.ts';

/** A file that the coordinator's server gives out as it is. */
export type PageFile = {
  /** Media type. */
  readonly type: string;
  /** Further response headers. */
  readonly headers: Readonly<Record<string, string>>;
} & (
  | { readonly bytes: Uint8Array; readonly path?: never }
  | { readonly path: string; readonly bytes?: never }
);

/**
 * Bundles the pages in memory: the operator's live page at `/`, the browser device's at `/join`, and what they are made
 * of under `/assets/`, by names that change with the content; ONNX Runtime's files stay where they are. Throws Error
 * where a source does not compile.
 */
export async function bundlePages(): Promise<ReadonlyMap<string, PageFile>> {
  const [scripts, style, runtime] = await withBundler(() =>
    Promise.all([bundleScripts(), bundleStyle(), findRuntimeFiles()]),
  );
  return new Map<string, PageFile>([
    ...scripts.files,
    [style.path, style.file],
    ...runtime.files,
    ['/', livePage(scripts, style.path)],
    ['/join', joinPage(scripts, style.path, runtime.folder)],
  ]);
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

function livePage({ entry }: BundledScripts, style: string): PageFile {
  return pageDocument({ title: 'Legend', script: entry('live/main.tsx'), style, data: {} });
}

function joinPage({ entry }: BundledScripts, style: string, runtime: string): PageFile {
  const data = { worker: entry('join/worker/join-worker.ts'), runtime };
  return pageDocument({ title: 'Legend: take part', script: entry('join/main.tsx'), style, data });
}
