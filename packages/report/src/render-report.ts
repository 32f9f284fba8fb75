import { createHash } from 'node:crypto';
import type { Run } from './digest/read-run.ts';
import { groupRuns } from './group-runs.ts';
import { loadPage } from './node/load-page.ts';
import { packView } from './view/pack-view.ts';
import { viewReport } from './view/view-report.ts';

/**
 * One HTML file about one run or several, of which those that differ in the seed only are one experiment: what was run,
 * the comparison, and the figures. It needs nothing else, and its policy forbids it to load anything or to run any
 * script but its own. The same runs give the same bytes.
 */
export async function renderReport(runs: Run | readonly Run[]): Promise<string> {
  const view = viewReport(groupRuns('summary' in runs ? [runs] : runs));
  const { renderer, script, style } = await loadPage();
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src '${hashOf(script)}'`;
  return renderer.renderPage(view, { style, script, policy, data: packView(view) });
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
