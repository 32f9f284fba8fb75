import { comparisonColumns, comparisonNotes } from '../comparison-columns.ts';
import { comparisonRows } from '../comparison-rows.ts';
import type { ReportedRun } from '../group-runs.ts';
import type { Series } from '../list-series.ts';
import type { ComparisonTable, ComparisonView } from '../page/report-view.ts';

/** The table of all figures, against each strategy as the baseline. */
export function viewComparison(runs: readonly ReportedRun[], series: readonly Series[]): ComparisonView {
  const names = [...new Set(series.map(({ strategy }) => strategy))];
  const usual = comparisonRows(runs).find(({ baseline }) => baseline !== null)?.baseline;
  return {
    tones: series.map(({ tone }) => tone),
    against: names.map((name) => tabulate(runs, name, name === usual ? undefined : name)),
    first: Math.max(0, names.indexOf(usual ?? '')),
  };
}

function tabulate(
  runs: readonly ReportedRun[],
  baseline: string,
  asked: string | undefined,
): ComparisonTable {
  const rows = comparisonRows(runs, { baseline: asked });
  const columns = comparisonColumns(rows);
  return {
    baseline,
    note: comparisonNotes(rows).join(' '),
    columns: columns.map(({ title, align }) => ({ title, align })),
    rows: rows.map((row) =>
      columns.map((column) => {
        const { text, deviation, range, share, value } = column.cell(row);
        const detail = [deviation, share === '' ? '' : `${share} seeds`].filter((part) => part !== '');
        return { text, detail: detail.join(', '), range, value };
      }),
    ),
  };
}
