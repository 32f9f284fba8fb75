import { type Html, html } from '../html.ts';

/** Place of the data in a chart, in the chart's own units. */
export interface Plot {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export interface Tick {
  readonly at: number;
  readonly text: string;
}

/** Size of the text in charts, as in `chart.css`. */
export const chartTextSize = 12;

/** About how wide a text is in a system font; the exact width is the browser's. */
export function textWidth(text: string): number {
  return text.length * chartTextSize * 0.56;
}

/** Ticks and title below the plot. */
export function drawXAxis(plot: Plot, ticks: readonly Tick[], title: string): Html {
  const marks = ticks.map(
    ({ at, text }) =>
      html`<line class="tick" x1="${round(at)}" x2="${round(at)}" y1="${plot.bottom}" y2="${plot.bottom + 4}"/><text x="${round(at)}" y="${plot.bottom + 17}" text-anchor="middle">${text}</text>`,
  );
  return html`<g class="axis"><line class="base" x1="${plot.left}" x2="${plot.right}" y1="${plot.bottom}" y2="${plot.bottom}"/>${marks}<text class="title" x="${plot.right}" y="${plot.bottom + 34}" text-anchor="end">${title}</text></g>`;
}

/** Grid lines with their values at the left and the title above. */
export function drawYAxis(plot: Plot, ticks: readonly Tick[], title: string): Html {
  const marks = ticks.map(
    ({ at, text }) =>
      html`<line class="grid" x1="${plot.left}" x2="${plot.right}" y1="${round(at)}" y2="${round(at)}"/><text x="${plot.left - 8}" y="${round(at)}" dy="0.32em" text-anchor="end">${text}</text>`,
  );
  return html`<g class="axis">${marks}<text class="title" x="0" y="${chartTextSize}">${title}</text></g>`;
}

/** To a tenth of a unit: finer is not seen and makes the file large. */
export function round(value: number): number {
  return Math.round(value * 10) / 10;
}
