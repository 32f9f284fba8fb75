import { comparisonColumns, comparisonNotes } from '../comparison-columns.ts';
import { type ComparisonRow, comparisonRows } from '../comparison-rows.ts';
import type { ReportedRun } from '../group-runs.ts';
import { type Html, html } from '../html.ts';
import type { Series } from '../list-series.ts';

/**
 * The table of all figures. `page/table.js` sorts it, and fills in the columns that are relative to a baseline from
 * `data-baselines`: for each baseline the cells of each row.
 */
export function comparisonSection(runs: readonly ReportedRun[], series: readonly Series[]): Html {
  const rows = comparisonRows(runs);
  const names = [...new Set(series.map(({ strategy }) => strategy))];
  const chosen = rows.find(({ baseline }) => baseline !== null)?.baseline ?? names[0];
  const options = names.map(
    (name) => html`<option value="${name}"${name === chosen ? html` selected` : ''}>${name}</option>`,
  );
  const baselines = names.map((name) => {
    const against = comparisonRows(runs, { baseline: name });
    return [name, { note: comparisonNotes(against).join(' '), rows: against.map(relativeCells) }] as const;
  });
  const data = JSON.stringify(Object.fromEntries(baselines));
  const columns = comparisonColumns(rows);
  return html`<section><h2>Comparison</h2><figure data-name="comparison">
<div class="controls"><label>Compare with <select class="baseline">${options}</select></label><label class="sort-by">Sort by <select class="sort">${columns.map(({ title }, index) => html`<option value="${index}">${title}</option>`)}</select></label></div>
<div class="scroll"><table class="comparison" data-baselines="${data}"><thead><tr>${columns.map(drawHead)}</tr></thead><tbody>${rows.map((row, index) => drawRow(row, columns, series[index]))}</tbody></table></div>
<p class="note">${comparisonNotes(rows).join(' ')}</p></figure></section>`;
}

type Column = ReturnType<typeof comparisonColumns>[number];

function relativeCells(row: ComparisonRow, _: number, rows: readonly ComparisonRow[]) {
  return comparisonColumns(rows)
    .filter(({ relative }) => relative)
    .map((column) => {
      const { text, value, range } = column.cell(row);
      return { text, value, range, detail: describeSpread(column, row) };
    });
}

function drawHead({ title, align }: Column, index: number): Html {
  return html`<th scope="col" class="${align}" aria-sort="none"><button type="button" data-column="${index}">${title}</button></th>`;
}

function drawRow(row: ComparisonRow, columns: readonly Column[], series: Series | undefined): Html {
  const cells = columns.map((column) => {
    const { text, value, range } = column.cell(row);
    const sortable = value === null ? '' : html` data-value="${value}"`;
    if (column.title === 'Strategy') {
      return html`<th scope="row"${sortable}><span class="key tone-${series?.tone ?? 1}"></span>${text}</th>`;
    }
    const relative = column.relative ? ' relative' : '';
    return html`<td class="${column.align}${relative}" data-title="${column.title}"${sortable}><span class="figure" data-range="${range}">${text}<small>${describeSpread(column, row)}</small></span></td>`;
  });
  return html`<tr>${cells}</tr>`;
}

function describeSpread(column: Column, row: ComparisonRow): string {
  const { deviation, share } = column.cell(row);
  return [deviation, share === '' ? '' : `${share} seeds`].filter((text) => text !== '').join(', ');
}
