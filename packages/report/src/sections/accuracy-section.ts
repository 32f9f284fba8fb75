import { formatIn, formatTarget, unitOfSeconds } from '@legend-fl/look';
import { accuracyChart, describeAccuracy } from '../accuracy-chart.ts';
import type { AccuracyAxis } from '../accuracy-curve.ts';
import { drawAtWidths, drawFigure, namedFigure } from '../draw-figure.ts';
import { type Html, html } from '../html.ts';
import type { Series } from '../list-series.ts';
import { seedFigure } from '../seed-figure.ts';

const wideWidth = 1080;

const axes: readonly (readonly [AccuracyAxis, string])[] = [
  ['time', 'Virtual time'],
  ['traffic', 'Traffic'],
  ['rounds', 'Rounds'],
];

/** Accuracy over virtual time, traffic or rounds; `page/axis-switch.js` shows the one chosen. */
export function accuracySection(series: readonly Series[]): Html {
  const none = html``;
  if (accuracyChart(series, 'time', wideWidth) === null) return none;
  const options = axes.map(
    ([axis, title], index) =>
      html`<label><input type="radio" name="axis" value="${axis}"${index === 0 ? html` checked` : ''}>${title}</label>`,
  );
  const charts = axes.map(
    ([axis], index) =>
      html`<div data-axis="${axis}"${index === 0 ? '' : html` hidden`}>${drawAtWidths(wideWidth, (width) => accuracyChart(series, axis, width) ?? none)}</div>`,
  );
  return html`<section><h2>Accuracy</h2>${drawFigure({
    name: 'accuracy',
    title: describeReach(series),
    subtitle: describeAccuracy(series),
    body: [html`<fieldset class="switch"><legend>Over</legend>${options}</fieldset>`, ...charts],
  })}</section>`;
}

function describeReach(series: readonly Series[]): string {
  const quantity = 'Test accuracy';
  const target = series[0]?.targetAccuracy ?? null;
  if (target === null || series.length > 3) return quantity;
  const times = series.map(({ label, seeds }) => ({
    label,
    seeds: seeds.length,
    reach: seedFigure(seeds.map(({ summary }) => summary.secondsToTarget)),
  }));
  if (times.every(({ reach }) => reach === null))
    return `${quantity}: ${formatTarget(target)} is not reached`;
  const unit = unitOfSeconds(Math.max(...times.map(({ reach }) => reach?.mean ?? 0)));
  const parts = times.map(({ label, seeds, reach }) => {
    if (reach === null) return namedFigure(label, 'not at all');
    const share = reach.seeds < seeds ? ` (${reach.seeds} of ${seeds} seeds)` : '';
    return `${namedFigure(label, `after ${formatIn(unit, reach.mean)}`)}${share}`;
  });
  return `${formatTarget(target)} is reached by ${parts.join(', by ')}`;
}
