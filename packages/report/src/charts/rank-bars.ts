import { scaleBand, scaleLinear } from 'd3-scale';
import { type Html, html } from '../html.ts';
import { chartTextSize, round, textWidth } from './plot.ts';

export interface RankBars {
  readonly description: string;
  readonly width: number;
  readonly tone: number;
  /** Rank of each block, from block 1. */
  readonly ranks: readonly number[];
  /** Share of the devices that trained each block. */
  readonly trainedShares: readonly number[];
  /** Rank at the top of the chart, the same in charts that stand side by side. */
  readonly greatestRank: number;
}

const height = 220;
const rowTitles = ['Block', 'Trained by'] as const;

/** A bar per block, from the embeddings to the output, with its rank above and the share of devices below. */
export function rankBars({ width, ranks, ...chart }: RankBars): Html {
  const top = chartTextSize * 2.8;
  const bottom = height - 48;
  const left = Math.max(...rowTitles.map(textWidth)) + 8;
  const bands = scaleBand<number>().domain(ranks.keys()).range([left, width]).paddingInner(0.28);
  const heights = scaleLinear()
    .domain([0, chart.greatestRank])
    .range([0, bottom - top]);
  const step = labelStep(bands.step());
  const bars = ranks.map((rank, index) => {
    const bar = {
      x: round(bands(index) ?? 0),
      width: round(bands.bandwidth()),
      height: round(heights(rank)),
    };
    const middle = round(bar.x + bar.width / 2);
    const share = `${Math.round((chart.trainedShares[index] ?? 0) * 100)}%`;
    const labelled = (ranks.length - 1 - index) % step === 0;
    const texts = labelled
      ? html`<text class="value" x="${middle}" y="${round(bottom - bar.height - 6)}">${rank}</text><text x="${middle}" y="${bottom + 18}">${index + 1}</text><text x="${middle}" y="${bottom + 36}">${share}</text>`
      : '';
    return html`<g text-anchor="middle" data-tip="Block ${index + 1}: rank ${rank}, trained by ${share} of devices"><rect class="hit" x="${bar.x}" y="${top}" width="${bar.width}" height="${bottom - top}"/><rect class="bar" x="${bar.x}" y="${round(bottom - bar.height)}" width="${bar.width}" height="${bar.height}"/>${texts}</g>`;
  });
  const titles = rowTitles.map(
    (title, row) => html`<text x="0" y="${bottom + 18 * (row + 1)}">${title}</text>`,
  );
  return html`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${chart.description}" class="tone-${chart.tone}"><text x="0" y="${chartTextSize}">LoRA rank</text>${bars}<line class="base" x1="${left}" x2="${width}" y1="${bottom}" y2="${bottom}"/>${titles}</svg>`;
}

/** Every how many bars there is room for texts as wide as `100%`. */
function labelStep(barStep: number): number {
  return Math.max(1, Math.ceil((textWidth('100%') + 2) / barStep));
}
