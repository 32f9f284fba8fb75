import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { WriteError, writeFileAtomically } from '@legend-fl/base/node';
import { comparisonRows } from '../comparison-rows.ts';
import type { Run } from '../digest/read-run.ts';
import { groupRuns } from '../group-runs.ts';
import { loadPage } from '../node/load-page.ts';
import { viewReport } from '../view/view-report.ts';
import { formatMarkdownTable } from './format-markdown-table.ts';
import { resultsOf } from './results.ts';
import { standaloneSvg } from './standalone-svg.ts';

/** Width of the charts in the files. */
const width = 840;

/**
 * Writes what an experiment found into a folder, in files small enough to be kept with a repository: `results.json`,
 * `table.md`, `accuracy.svg` and
 * `to-target.svg`. The same runs give the same bytes.
 * @throws InputError like `resultsOf`, WriteError
 */
export async function writeResults(
  folder: string,
  runs: readonly Run[],
  options: { readonly baseline?: string | undefined } = {},
): Promise<void> {
  const results = resultsOf(runs, options);
  const { renderer } = await loadPage();
  const { accuracy, toTarget } = renderer.drawCharts(viewReport(groupRuns(runs)), width);
  const files = [
    ['results.json', `${JSON.stringify(results, null, 1)}\n`],
    ['table.md', formatMarkdownTable(comparisonRows(runs, options))],
    ['accuracy.svg', standaloneSvg(width, accuracy)],
    ['to-target.svg', standaloneSvg(width, toTarget)],
  ] as const;
  await mkdir(folder, { recursive: true }).catch((cause: NodeJS.ErrnoException) => {
    throw new WriteError(folder, cause);
  });
  for (const [name, text] of files) await writeFileAtomically(join(folder, name), text);
}
