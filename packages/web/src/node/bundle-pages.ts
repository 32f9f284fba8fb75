import { loadAssets } from './page-assets.ts';
import { pageDocument } from './page-document.ts';
import type { PageAssets, PageFile } from './page-file.ts';
import { findRuntimeFiles } from './runtime-files.ts';

/**
 * The pages: the operator's live page at `/`, the browser device's at `/join`, and what they are made
 * of under `/assets/`, by names that change with the content; ONNX Runtime's files stay where they are. Throws Error
 * where a source does not compile.
 */
export async function bundlePages(): Promise<ReadonlyMap<string, PageFile>> {
  const [assets, runtime] = await Promise.all([loadAssets(), findRuntimeFiles()]);
  return new Map<string, PageFile>([
    ...assets.files,
    ...runtime.files,
    ['/', livePage(assets)],
    ['/join', joinPage(assets, runtime.folder)],
  ]);
}

function livePage(assets: PageAssets): PageFile {
  const script = entryOf(assets, 'live/main.tsx');
  return pageDocument({ title: 'Legend', script, style: assets.style, data: {} });
}

function joinPage(assets: PageAssets, runtime: string): PageFile {
  const script = entryOf(assets, 'join/main.tsx');
  const data = { worker: entryOf(assets, 'join/worker/join-worker.ts'), runtime };
  return pageDocument({ title: 'Legend: take part', script, style: assets.style, data });
}

function entryOf({ entries }: PageAssets, source: string): string {
  const path = entries[source];
  if (path === undefined) throw new Error(`no script was made of ${source}`);
  return path;
}
