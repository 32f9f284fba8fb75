import { gzipSync } from 'node:zlib';
import type { PageData } from './page-data.ts';

/** The data as `page/data.js` unpacks it: base64 of gzipped JSON, which needs no escaping in a page. */
export function packData(data: PageData): string {
  return gzipSync(JSON.stringify(data), { level: 9 }).toString('base64');
}
