import { rankBars } from '../charts/rank-bars.ts';
import { drawAtWidths } from '../draw-figure.ts';
import { type Html, html } from '../html.ts';
import type { Series } from '../list-series.ts';

const wideWidth = 524;

/** For each series, the rank distribution of its last round and the share of devices that trained each block. */
export function rankSection(series: readonly Series[]): Html {
  const greatestRank = Math.max(1, ...series.flatMap(({ rounds }) => rounds.at(-1)?.rankDistribution ?? []));
  const figures = series.map((one) => drawRanks(one, greatestRank));
  return html`<section><h2>Rank distribution</h2><p class="lead">LoRA rank of each block in the last round, and the share of devices that trained it over all rounds. Block 1 is next to the embeddings, the last one next to the output.</p><div class="pairs">${figures}</div></section>`;
}

function drawRanks(series: Series, greatestRank: number): Html {
  const ranks = series.rounds.at(-1)?.rankDistribution ?? [];
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
  return html`<figure><figcaption><h3><span class="key tone-${series.tone}"></span>${title}</h3></figcaption>${drawAtWidths(wideWidth, draw)}</figure>`;
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

/** A device of depth k trains the last k blocks. */
function trainedShares({ rounds }: Series, blocks: number): number[] {
  const depths = rounds.flatMap(({ devices }) => devices.map(({ depth }) => depth));
  return Array.from({ length: blocks }, (_, index) => {
    const trained = depths.filter((depth) => depth >= blocks - index).length;
    return depths.length === 0 ? 0 : trained / depths.length;
  });
}
