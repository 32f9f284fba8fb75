import { comparisonColumns, comparisonNote } from '../comparison-columns.ts';
import type { ComparisonRow } from '../comparison-rows.ts';
import { formatIn, formatTarget, type Unit, unitOfBytes, unitOfSeconds } from '../format-quantity.ts';
import { type Html, html } from '../html.ts';
import type { Series } from '../list-series.ts';

/** The strategies against each other: bars of what a target costs, and the table of all figures. */
export function comparisonSection(rows: readonly ComparisonRow[], series: readonly Series[]): Html {
  return html`<section><h2>Comparison</h2>
<div class="tiles">${costTiles(rows).map((tile) => drawTile(tile, series))}</div>
${drawTable(rows, series)}
</section>`;
}

interface Tile {
  readonly title: string;
  readonly unit: Unit;
  /** Of each series; null where the target was not reached. */
  readonly values: readonly (number | null)[];
}

function costTiles(rows: readonly ComparisonRow[]): Tile[] {
  const target = rows[0]?.targetAccuracy ?? null;
  const goal = target === null ? 'all rounds' : `${formatTarget(target)} accuracy`;
  const seconds = rows.map((row) => (target === null ? row.virtualSeconds : row.secondsToTarget));
  const bytes = rows.map((row) => (target === null ? row.bytes : row.bytesToTarget));
  const waiting = rows.map((row) => row.meanWaitingSeconds);
  return [
    { title: `Virtual time to ${goal}`, unit: unitOfSeconds(greatest(seconds)), values: seconds },
    { title: `Traffic to ${goal}`, unit: unitOfBytes(greatest(bytes)), values: bytes },
    { title: 'Mean waiting time per round', unit: unitOfSeconds(greatest(waiting)), values: waiting },
  ];
}

function drawTile({ title, unit, values }: Tile, series: readonly Series[]): Html {
  const most = greatest(values);
  const bars = values.map((value, index) => {
    const { label = '', tone = 1 } = series[index] ?? {};
    const text = value === null ? 'not reached' : formatIn(unit, value);
    const share = value === null || most === 0 ? 0 : (value / most) * 100;
    return html`<li class="tone-${tone}"><span class="name">${label}</span><span class="amount">${text}</span><span class="track"><span style="width:${share.toFixed(1)}%"></span></span></li>`;
  });
  return html`<figure class="tile"><figcaption><h3>${title}</h3></figcaption><ul>${bars}</ul></figure>`;
}

function drawTable(rows: readonly ComparisonRow[], series: readonly Series[]): Html {
  const columns = comparisonColumns(rows);
  const head = columns.map(({ title, align }) => html`<th scope="col" class="${align}">${title}</th>`);
  const body = rows.map((row, index) => {
    const cells = columns.map((column) =>
      column.title === 'Strategy'
        ? html`<th scope="row"><span class="key tone-${series[index]?.tone ?? 1}"></span>${column.text(row)}</th>`
        : html`<td class="${column.align}" data-title="${column.title}">${column.text(row)}</td>`,
    );
    return html`<tr>${cells}</tr>`;
  });
  return html`<table class="comparison"><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table><p class="note">${comparisonNote(rows)}</p>`;
}

function greatest(values: readonly (number | null)[]): number {
  return values.reduce<number>((one, other) => Math.max(one, other ?? 0), 0);
}
