import { drawFigure } from '../draw-figure.ts';
import { type Html, html } from '../html.ts';
import type { Series } from '../list-series.ts';
import { targetCharts } from '../target-charts.ts';

const chartWidth = 340;

/** What the target costs each strategy, as bars. */
export function targetSection(series: readonly Series[]): Html {
  const figures = targetCharts(series).map(({ name, title, subtitle, draw }) =>
    drawFigure({ name, title, subtitle, body: draw(chartWidth) }),
  );
  return html`<section><h2>Cost of the target</h2><div class="columns">${figures}</div></section>`;
}
