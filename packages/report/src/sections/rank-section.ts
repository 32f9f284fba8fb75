import { rankBars } from '../charts/rank-bars.ts';
import { drawAtWidths, drawFigure } from '../draw-figure.ts';
import { type Html, html } from '../html.ts';
import type { Series } from '../list-series.ts';
import { trainedShares } from '../trained-shares.ts';

const wideWidth = 524;

/** For each series, the rank distribution of its last round and the share of devices that trained each block. */
export function rankSection(series: readonly Series[]): Html {
  const greatestRank = Math.max(1, ...series.flatMap(lastRanks));
  const figures = series.map((one, index) => drawRanks(one, index, greatestRank));
  const several = series.some(({ seeds }) => seeds.length > 1)
    ? ' and seeds; the ranks are the first seed’s'
    : '';
  return html`<section><h2>Rank distribution</h2><p class="lead">LoRA rank of each block in the last round, and the share of devices that trained it over all rounds${several}. Block 1 is next to the embeddings, the last one next to the output.</p><div class="pairs">${figures}</div></section>`;
}

function drawRanks(series: Series, index: number, greatestRank: number): Html {
  const ranks = lastRanks(series);
  const title = `${series.label}: ${describeRanks(ranks)}`;
  const draw = (width: number) =>
    rankBars({
      description: title,
      width,
      tone: series.tone,
      ranks,
      trainedShares: trainedShares(series, ranks.length),
      greatestRank,
    });
  const body = drawAtWidths(wideWidth, draw);
  return drawFigure({ name: `ranks-${index + 1}`, title, tone: series.tone, body });
}

/** Of the first seed. */
function lastRanks({ seeds }: Series): readonly number[] {
  return seeds[0]?.rounds.at(-1)?.rankDistribution ?? [];
}

function describeRanks(ranks: readonly number[]): string {
  const [first] = ranks;
  const last = ranks.at(-1);
  if (first === undefined || last === undefined) return 'no round';
  if (ranks.every((rank) => rank === first)) return `rank ${first} in every block`;
  const rising = ranks.every((rank, index) => index === 0 || rank >= (ranks[index - 1] ?? 0));
  const falling = ranks.every((rank, index) => index === 0 || rank <= (ranks[index - 1] ?? 0));
  if (rising) return `ranks rise from ${first} to ${last}`;
  if (falling) return `ranks fall from ${first} to ${last}`;
  return `ranks from ${Math.min(...ranks)} to ${Math.max(...ranks)}`;
}
