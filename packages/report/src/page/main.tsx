/** The page's own script: draws it again from its data, at the width that there is and with all that moves. */
import { hydrate } from 'preact';
import { ReportPage } from './report-page.tsx';
import type { ReportView } from './report-view.ts';

const root = document.querySelector('#report');
const data = document.querySelector('#data')?.textContent;
if (root !== null && data) hydrate(<ReportPage view={await unpackView(data)} />, root);

/** The other way round than `pack-view.ts`. */
async function unpackView(base64: string): Promise<ReportView> {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const unzipped = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return (await new Response(unzipped).json()) as ReportView;
}
