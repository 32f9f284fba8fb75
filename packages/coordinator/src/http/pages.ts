import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { compressPage, type PageContent } from './compress-pages.ts';
import { isClientGone } from './exchange.ts';

/** A file of the pages that browsers are served. */
export type Page = PageContent & {
  /** Media type. */
  readonly type: string;
  /** In place of the ones that all pages get. */
  readonly headers?: Readonly<Record<string, string>>;
};

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

/**
 * What answers requests for pages.
 * @param folder where compressed files are kept
 * @param idleMs a client that takes no byte for so long is cut off
 */
export function servePages(
  pages: Pages,
  { folder, idleMs }: { readonly folder: string; readonly idleMs: number },
): {
  has(path: string): boolean;
  send(path: string, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void>;
} {
  const served = new Map(Array.from(pages, ([path, page]) => [path, servedPage(page, folder)]));
  return {
    has: (path) => pages.has(path),
    async send(path, incoming, outgoing) {
      const page = served.get(path);
      if (page === undefined) throw new Error(`There is no page ${path}.`);
      const zipped = acceptsGzip(incoming.headers['accept-encoding']);
      const { etag, content } = await (zipped ? page.zipped() : page.plain());
      for (const [name, value] of Object.entries({ ...pageHeaders, ...page.headers, ETag: etag })) {
        outgoing.setHeader(name, value);
      }
      outgoing.setHeader('Vary', 'Accept-Encoding');
      if (incoming.headers['if-none-match'] === etag) {
        outgoing.writeHead(304).end();
        return;
      }
      if (zipped) outgoing.setHeader('Content-Encoding', 'gzip');
      outgoing.setTimeout(idleMs, () => outgoing.destroy());
      await sendContent(content, page.type, incoming, outgoing);
    },
  };
}

interface Representation {
  readonly etag: string;
  readonly content: PageContent;
}

/** A page whose content is hashed, and compressed, when it is first asked for, and then once. */
function servedPage({ type, headers, ...content }: Page, folder: string) {
  const hash = once(() => hashOf(content));
  return {
    type,
    headers,
    plain: once(async (): Promise<Representation> => ({ etag: `"${await hash()}"`, content })),
    zipped: once(async (): Promise<Representation> => {
      const name = await hash();
      return { etag: `"${name}.gz"`, content: await compressPage(content, { hash: name, folder }) };
    }),
  };
}

/** Does what succeeds once; what failed is tried again. */
function once<Result>(make: () => Promise<Result>): () => Promise<Result> {
  let made: Promise<Result> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}

async function sendContent(
  content: PageContent,
  type: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const length = content.bytes === undefined ? (await stat(content.path)).size : content.bytes.byteLength;
  outgoing.writeHead(200, { 'Content-Type': type, 'Content-Length': length });
  if (incoming.method === 'HEAD') outgoing.end();
  else if (content.bytes !== undefined) outgoing.end(content.bytes);
  else {
    try {
      await pipeline(createReadStream(content.path), outgoing);
    } catch (error) {
      if (!isClientGone(incoming, outgoing)) throw error;
    }
  }
}

/** Whether a request names gzip, or anything, and does not rule it out. */
function acceptsGzip(accepted: string | string[] | undefined): boolean {
  return String(accepted ?? '')
    .split(',')
    .some((coding) => /^\s*(gzip|\*)\s*(;\s*q=(?!0(\.0*)?\s*$).*)?$/i.test(coding));
}

async function hashOf(content: PageContent): Promise<string> {
  const hash = createHash('sha256');
  if (content.bytes !== undefined) hash.update(content.bytes);
  else await pipeline(createReadStream(content.path), hash);
  return hash.digest('base64url');
}
