import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** A file of the pages that browsers are served. */
export interface Page {
  /** Media type. */
  readonly type: string;
  readonly bytes: Uint8Array;
  /** In place of the ones that all pages get. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** By path, e.g. `/`. */
export type Pages = ReadonlyMap<string, Page>;

/**
 * Nothing from elsewhere, no inline script. ONNX Runtime compiles WebAssembly and may start its workers from blobs.
 * Opener and embedder policies isolate the page, without which browsers share no memory between threads.
 */
const pageHeaders: Readonly<Record<string, string>> = {
  'Content-Security-Policy': [
    "default-src 'self'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "worker-src 'self' blob:",
    "img-src 'self' data: blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; '),
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  // Asked for anew every time, answered by 304 where nothing has changed.
  'Cache-Control': 'no-cache',
};

/** What answers requests for pages. */
export function servePages(pages: Pages): {
  has(path: string): boolean;
  send(path: string, incoming: IncomingMessage, outgoing: ServerResponse): void;
} {
  const etags = new Map(Array.from(pages, ([path, { bytes }]) => [path, etagOf(bytes)]));
  return {
    has: (path) => pages.has(path),
    send(path, incoming, outgoing) {
      const page = pages.get(path);
      const etag = etags.get(path);
      if (page === undefined || etag === undefined) throw new Error(`There is no page ${path}.`);
      for (const [name, value] of Object.entries({ ...pageHeaders, ...page.headers, ETag: etag })) {
        outgoing.setHeader(name, value);
      }
      if (incoming.headers['if-none-match'] === etag) {
        outgoing.writeHead(304).end();
        return;
      }
      outgoing.writeHead(200, { 'Content-Type': page.type, 'Content-Length': page.bytes.length });
      outgoing.end(incoming.method === 'HEAD' ? undefined : page.bytes);
    },
  };
}

function etagOf(bytes: Uint8Array): string {
  return `"${createHash('sha256').update(bytes).digest('base64url')}"`;
}
