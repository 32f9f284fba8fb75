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

function describeDepths({ label, group, seeds }: Series): string {
  const { blocks } = group.runs[0].summary.model;
  const rounds = seeds.flatMap((seed) => seed.rounds);
  const trained = rounds.flatMap(({ devices }) => devices.map(({ depth }) => depth));
  if (trained.length === 0) return `${label}: no device trained`;
  const least = trained.reduce((one, other) => Math.min(one, other));
  const most = trained.reduce((one, other) => Math.max(one, other));
  if (least === most) return `${label}: always ${least} of ${blocks} blocks`;
  const mean = trained.reduce((sum, depth) => sum + depth, 0) / trained.length;
  return `${label}: ${least} to ${most} of ${blocks} blocks, ${mean.toFixed(1)} on average`;
}
