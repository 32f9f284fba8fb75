import { createHash } from 'node:crypto';
import { comparisonRows } from './comparison-rows.ts';
import type { Run } from './digest/read-run.ts';
import { groupRuns } from './group-runs.ts';
import { headline } from './headline.ts';
import { html, trustedMarkup } from './html.ts';
import { inlineModules } from './inline-modules.ts';
import { listSeries } from './list-series.ts';
import { packData } from './page-data/pack-data.ts';
import { pageData } from './page-data/page-data.ts';
import { pageStyle } from './page-style.ts';
import { accuracySection } from './sections/accuracy-section.ts';
import { capacitySection } from './sections/capacity-section.ts';
import { comparisonSection } from './sections/comparison-section.ts';
import { depthSection } from './sections/depth-section.ts';
import { rankSection } from './sections/rank-section.ts';
import { roundSection } from './sections/round-section.ts';
import { runSection } from './sections/run-section.ts';
import { targetSection } from './sections/target-section.ts';
import { timelineSection } from './sections/timeline-section.ts';

const script = inlineModules(new URL('./page/main.js', import.meta.url));

/**
 * One HTML file about one run or several, of which those that differ in the seed only are one experiment: what was run,
 * the comparison, and the figures. It needs nothing else, and its policy forbids it to load anything or to run any
 * script but its own.
 */
export function renderReport(runs: Run | readonly Run[]): string {
  const groups = groupRuns('summary' in runs ? [runs] : runs);
  const all = groups.flatMap((group) => group.runs);
  const series = listSeries(groups);
  const title = sentence(headline(comparisonRows(all)));
  const sections =
    series.length === 0
      ? []
      : [
          targetSection(series),
          comparisonSection(all, series),
          accuracySection(series),
          roundSection(series),
          timelineSection(),
          depthSection(series),
          capacitySection(all),
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
<style>${trustedMarkup(pageStyle)}</style>
</head>
<body>
<header>
<div class="top"><p class="overline">Legend, federated fine-tuning report</p><label class="theme">Colours <select><option value="">as the system</option><option value="light">light</option><option value="dark">dark</option></select></label></div>
<h1>${title}</h1>
${runSection(groups)}
</header>
<main>
<noscript><p class="note">Without JavaScript this page shows no hover values, timelines, depth maps and capacities.</p></noscript>
${sections}
</main>
<footer>
<p>Training is real; time is virtual, computed from each device’s profile. A round ends when its slowest device has downloaded, trained and uploaded; the waiting time is the mean over devices of the time from their own end to the round’s. Traffic counts the bytes of all devices. MB are millions of bytes.</p>
<p>Made with Legend, an implementation of LEGEND (Liu et al., arXiv 2412.20004).</p>
</footer>
<div class="tip" role="status" hidden></div>
<script type="application/octet-stream" id="data">${packData(pageData(groups, series))}</script>
<script type="module">${trustedMarkup(script)}</script>
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
