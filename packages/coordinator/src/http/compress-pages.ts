import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGzip, gzip } from 'node:zlib';

/** What a page is made of: bytes in memory, or a file that is streamed. */
export type PageContent =
  | { readonly bytes: Uint8Array; readonly path?: never }
  | { readonly path: string; readonly bytes?: never };

const gzipBytes = promisify(gzip);

/**
 * A page's content with gzip, which all browsers take, over plain HTTP too: of bytes in memory, of a file in a file of
 * the folder, which later starts find again.
 * @param hash of the content, that the file is named by
 */
export async function compressPage(
  content: PageContent,
  { hash, folder }: { readonly hash: string; readonly folder: string },
): Promise<PageContent> {
  if (content.bytes !== undefined) return { bytes: await gzipBytes(content.bytes) };
  const path = join(folder, `${hash}.gz`);
  if (await isThere(path)) return { path };
  await mkdir(folder, { recursive: true });
  const partial = `${path}.part`;
  try {
    await pipeline(createReadStream(content.path), createGzip(), createWriteStream(partial));
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
  return { path };
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
