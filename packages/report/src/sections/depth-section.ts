import { countDepths } from '../count-depths.ts';
import { drawFigure } from '../draw-figure.ts';
import { type Html, html } from '../html.ts';
import type { Series } from '../list-series.ts';

/** For each series, the depth of every device in every round; `page/depth-maps.js` draws the chosen seed. */
export function depthSection(series: readonly Series[]): Html {
  const figures = series.map((one, index) =>
    drawFigure({
      name: `depths-${index + 1}`,
      title: describeDepths(one),
      tone: one.tone,
      body: html`<div class="drawing depth-map" data-series="${index}"></div>`,
    }),
  );
  return html`<section class="depths"><h2>Depth of every device</h2><p class="lead">How many blocks, counted from the output, each device trains in each round. A blank is a device that sat out. <span class="shown"></span></p><div class="controls"></div><ol class="depth-key"></ol><div class="pairs">${figures}</div></section>`;
}

function describeDepths(series: Series): string {
  const { label, group } = series;
  const { blocks } = group.runs[0].summary.model;
  const counts = [...countDepths(series)];
  if (counts.length === 0) return `${label}: no device trained`;
  const depths = counts.map(([depth]) => depth);
  const [least, most] = [Math.min(...depths), Math.max(...depths)];
  if (least === most) return `${label}: always ${least} of ${blocks} blocks`;
  const trained = counts.reduce((sum, [depth, devices]) => sum + depth * devices, 0);
  const deviceRounds = counts.reduce((sum, [, devices]) => sum + devices, 0);
  const mean = trained / deviceRounds;
  return `${label}: ${least} to ${most} of ${blocks} blocks, ${mean.toFixed(1)} on average`;
}
