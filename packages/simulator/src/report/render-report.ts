import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Run } from '../run-folder/read-run.ts';
import { comparisonRows } from './comparison-rows.ts';
import { headline } from './headline.ts';
import { html, trustedMarkup } from './html.ts';
import { listSeries } from './list-series.ts';
import { accuracySection } from './sections/accuracy-section.ts';
import { comparisonSection } from './sections/comparison-section.ts';
import { depthSection } from './sections/depth-section.ts';
import { rankSection } from './sections/rank-section.ts';
import { roundSection } from './sections/round-section.ts';
import { runSection } from './sections/run-section.ts';

const style = readFileSync(new URL('./page.css', import.meta.url), 'utf8');
const script = readFileSync(new URL('./page.js', import.meta.url), 'utf8');

/**
 * One HTML file about one run or several: what was run, the comparison, and the figures. It needs nothing else, and its
 * policy forbids it to load anything or to run any script but its own.
 */
export function renderReport(runs: Run | readonly Run[]): string {
  const all = 'summary' in runs ? [runs] : runs;
  const rows = comparisonRows(all);
  const series = listSeries(all);
  const title = sentence(headline(rows));
  const sections =
    series.length === 0
      ? []
      : [
          comparisonSection(rows, series),
          accuracySection(series),
          roundSection(series),
          depthSection(series),
          rankSection(series),
        ];
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src '${hashOf(script)}'">
<title>${title}</title>
<style>${trustedMarkup(style)}</style>
</head>
<body>
<header>
<p class="overline">Legend, federated fine-tuning report</p>
<h1>${title}</h1>
${runSection(all)}
</header>
<main>
${sections}
</main>
<footer>
<p>Training is real; time is virtual, computed from each device’s profile. A round ends when its slowest device has downloaded, trained and uploaded; the waiting time is the mean over devices of the time from their own end to the round’s. Traffic counts the bytes of all devices. MB are millions of bytes.</p>
<p>Made with Legend, an implementation of LEGEND (Liu et al., arXiv 2412.20004).</p>
</footer>
<div class="tip" role="status" hidden></div>
<script>${trustedMarkup(script)}</script>
</body>
</html>
`;
  return page.markup;
}

function sentence(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
