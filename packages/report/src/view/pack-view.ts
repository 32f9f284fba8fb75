import { gzipSync } from 'node:zlib';
import type { ReportView } from '../page/report-view.ts';

/** The view as `page/main.tsx` unpacks it: base64 of gzipped JSON, which needs no escaping in a page. */
export function packView(view: ReportView): string {
  return gzipSync(JSON.stringify(view), { level: 9 }).toString('base64');
}
