import { scaleLinear } from 'd3-scale';
import { type Html, html } from '../html.ts';
import { chartTextSize, drawXAxis, type Plot, round } from './plot.ts';

/** Devices that are drawn together under one heading. */
export interface DeviceGroup {
  readonly title: string;
  readonly devices: readonly {
    readonly id: string;
    /** Depth in each round, from round 1; 0 where the device did not take part. */
    readonly depths: readonly number[];
  }[];
}

export interface DepthMap {
  readonly description: string;
  readonly width: number;
  readonly groups: readonly DeviceGroup[];
  readonly rounds: number;
  /** Depth of the darkest colour. */
  readonly blocks: number;
}

const headingHeight = 20;
const groupGap = 8;
const rowsHeight = 300;
const leastRowHeight = 2;
const greatestRowHeight = 14;

/**
 * A row per device and a column per round, coloured by depth. Cells of one depth are one path, so that a fleet of
 * many devices stays a small file. Hovering is `page.js`'s, from `data-rows` and the figure's `data-depths`.
 */
export function depthMap({ description, width, groups, rounds, blocks }: DepthMap): Html {
  const devices = groups.reduce((sum, group) => sum + group.devices.length, 0);
  const rowHeight = Math.min(greatestRowHeight, Math.max(leastRowHeight, rowsHeight / Math.max(1, devices)));
  const headings: Html[] = [];
  const rows: PlacedRow[] = [];
  let y = 0;
  for (const group of groups) {
    headings.push(
      html`<text class="heading" x="0" y="${round(y + chartTextSize + 1)}">${group.title}</text>`,
    );
    y += headingHeight;
    for (const { depths } of group.devices) {
      rows.push({ y, depths });
      y += rowHeight;
    }
    y += groupGap;
  }
  const plot: Plot = { left: 0, right: width, top: 0, bottom: Math.ceil(y) };
  const scale = scaleLinear()
    .domain([0.5, rounds + 0.5])
    .range([plot.left, plot.right]);
  const ticks = scale
    .ticks(Math.max(2, Math.floor(width / 70)))
    .filter((tick) => Number.isInteger(tick) && tick >= 1)
    .map((tick) => ({ at: scale(tick), text: String(tick) }));
  const height = rowHeight - (rowHeight > 5 ? 1 : 0);
  return html`<svg viewBox="0 0 ${width} ${plot.bottom + 40}" role="img" aria-label="${description}" data-rows="${JSON.stringify(rows.map((row) => round(row.y)))}" data-row-height="${round(rowHeight)}" data-rounds="${rounds}">
${headings}
${depthLevels(blocks).map((depth) => drawCells(depth, blocks, rows, { scale, height }))}
${drawXAxis(plot, ticks, 'Round')}
</svg>`;
}

/** What each colour of a depth map means. */
export function depthKey(blocks: number): Html {
  const swatches = depthLevels(blocks).map(
    (depth) => html`<li><span class="swatch" style="${depthStyle(depth, blocks)}"></span>${depth}</li>`,
  );
  return html`<ol class="depth-key"><li class="key-title">Blocks trained</li>${swatches}</ol>`;
}

interface PlacedRow {
  readonly y: number;
  readonly depths: readonly number[];
}

function depthLevels(blocks: number): number[] {
  return Array.from({ length: blocks }, (_, index) => index + 1);
}

function depthStyle(depth: number, blocks: number): string {
  return `--depth:${blocks === 1 ? 100 : Math.round(((depth - 1) / (blocks - 1)) * 100)}%`;
}

function drawCells(
  depth: number,
  blocks: number,
  rows: readonly PlacedRow[],
  { scale, height }: { readonly scale: (round: number) => number; readonly height: number },
): Html {
  const strips = rows.flatMap(({ y, depths }) =>
    findStretches(depths, depth).map(({ from, to }) => {
      const left = round(scale(from - 0.5));
      return `M${left} ${round(y)}H${round(scale(to + 0.5))}v${round(height)}H${left}z`;
    }),
  );
  return strips.length === 0
    ? html``
    : html`<path class="cells" style="${depthStyle(depth, blocks)}" d="${strips.join('')}"/>`;
}

/** First and last round, from 1, of each stretch of rounds with this depth. */
function findStretches(
  depths: readonly number[],
  depth: number,
): { readonly from: number; readonly to: number }[] {
  const stretches: { from: number; to: number }[] = [];
  for (const [index, other] of depths.entries()) {
    if (other !== depth) continue;
    const last = stretches.at(-1);
    if (last?.to === index) last.to = index + 1;
    else stretches.push({ from: index + 1, to: index + 1 });
  }
  return stretches;
}
