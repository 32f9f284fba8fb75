import { scaleLinear } from 'd3-scale';
import { area, line } from 'd3-shape';
import type { XY } from '../average-curves.ts';
import { type Html, html } from '../html.ts';
import { placeLabels } from './place-labels.ts';
import { chartTextSize, drawXAxis, drawYAxis, type Plot, round, textWidth } from './plot.ts';

interface LinePoint {
  readonly x: number;
  readonly y: number;
  /** What hovering shows: the value in bold, and where it is. */
  readonly value: string;
  readonly place: string;
}

export interface Line {
  readonly label: string;
  readonly tone: number;
  readonly dash: number;
  readonly points: readonly LinePoint[];
  /** The range over seeds, drawn as a band. */
  readonly band?: readonly BandPoint[];
  /** The lines of single seeds, drawn thin. */
  readonly single?: readonly (readonly XY[])[];
  /** A point to mark, with a line down to the axis. */
  readonly marked?: { readonly x: number; readonly y: number; readonly label: string } | undefined;
}

interface BandPoint {
  readonly x: number;
  readonly low: number;
  readonly high: number;
}

interface LineAxis {
  /** The quantity and its unit. */
  readonly title: string;
  readonly from: number;
  readonly to: number;
  /** Ticks at whole numbers only. */
  readonly whole?: boolean;
  format(value: number): string;
}

export interface LineChart {
  readonly description: string;
  readonly width: number;
  readonly height: number;
  readonly x: LineAxis;
  readonly y: LineAxis;
  readonly lines: readonly Line[];
  /** A horizontal line, e.g. a target. */
  readonly level?: { readonly y: number; readonly label: string } | undefined;
}

const lineHeight = chartTextSize * 1.25;

/** In the chart's own units. */
type PlacedLine = Omit<Line, 'band' | 'single'> & {
  readonly band: readonly BandPoint[] | undefined;
  readonly single: readonly (readonly XY[])[] | undefined;
};

/** Lines over two linear axes, each labelled where it ends, the first on top. Hovering is `page.js`'s, from `data-lines`. */
export function lineChart(chart: LineChart): Html {
  const { width, height, x, y, lines, level } = chart;
  const yScale = scaleLinear().domain([y.from, y.to]).nice(5);
  const yTicks = yScale.ticks(5);
  const plot: Plot = {
    left: round(12 + Math.max(...yTicks.map((tick) => textWidth(y.format(tick))))),
    right: round(
      width - 12 - Math.min(width / 3, Math.max(0, ...lines.map(({ label }) => textWidth(label)))),
    ),
    top: chartTextSize * 2.4,
    bottom: height - 40,
  };
  yScale.range([plot.bottom, plot.top]);
  const xScale = scaleLinear().domain([x.from, x.to]).range([plot.left, plot.right]);
  const xTicks = xScale
    .ticks(Math.max(2, Math.floor((plot.right - plot.left) / 80)))
    .filter((tick) => !x.whole || Number.isInteger(tick));
  const placed = lines.map((drawn) => ({
    ...drawn,
    marked: drawn.marked && { ...drawn.marked, x: xScale(drawn.marked.x), y: yScale(drawn.marked.y) },
    points: drawn.points.map((point) => ({ ...point, x: xScale(point.x), y: yScale(point.y) })),
    band: drawn.band?.map(({ x, low, high }) => ({ x: xScale(x), low: yScale(low), high: yScale(high) })),
    single: drawn.single?.map((points) => points.map(({ x, y }) => ({ x: xScale(x), y: yScale(y) }))),
  }));
  return html`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${chart.description}" tabindex="0" data-lines="${hoverData(placed)}" data-bottom="${plot.bottom}">
${drawYAxis(
  plot,
  yTicks.map((tick) => ({ at: yScale(tick), text: y.format(tick) })),
  y.title,
)}
${drawXAxis(
  plot,
  xTicks.map((tick) => ({ at: xScale(tick), text: x.format(tick) })),
  x.title,
)}
${level === undefined ? '' : drawLevel(level.label, yScale(level.y), plot)}
${placed.toReversed().map(drawSeeds)}
${placed.toReversed().map((drawn) => drawLine(drawn, plot))}
${drawMarkLabels(placed, plot)}
${drawLabels(placed, plot)}
</svg>`;
}

/** The label stands at the left, where curves that rise have not come yet. */
function drawLevel(label: string, y: number, plot: Plot): Html {
  return html`<g class="level"><line x1="${plot.left}" x2="${plot.right}" y1="${round(y)}" y2="${round(y)}"/><text x="${plot.left + 6}" y="${round(y - 6)}">${label}</text></g>`;
}

/** What lies behind a mean: the range over seeds and the seeds themselves. */
function drawSeeds({ tone, band = [], single = [] }: PlacedLine): Html {
  const range = area<BandPoint>(
    ({ x }) => x,
    ({ low }) => low,
    ({ high }) => high,
  ).digits(1)(band);
  const seeds = single.map((points) => html`<path class="seed" d="${pathOf(points)}"/>`);
  return html`<g class="tone-${tone}"><path class="band" d="${range ?? ''}"/>${seeds}</g>`;
}

function drawLine({ tone, dash, points, marked }: PlacedLine, plot: Plot): Html {
  const mark =
    marked === undefined
      ? ''
      : html`<line class="drop" x1="${round(marked.x)}" x2="${round(marked.x)}" y1="${round(marked.y)}" y2="${plot.bottom}"/><circle class="mark" cx="${round(marked.x)}" cy="${round(marked.y)}" r="4.5"/>`;
  return html`<g class="tone-${tone} dash-${dash}"><path class="line" d="${pathOf(points)}"/>${mark}</g>`;
}

function pathOf(points: readonly XY[]): string {
  return (
    line<XY>(
      ({ x }) => x,
      ({ y }) => y,
    ).digits(1)(points) ?? ''
  );
}

/** Labels of the marked points, just above the axis or above one another; left of the mark where the right is full. */
function drawMarkLabels(lines: readonly PlacedLine[], plot: Plot): Html[] {
  const labels = lines.flatMap(({ tone, marked }) => {
    if (marked === undefined) return [];
    const width = textWidth(marked.label);
    const x = marked.x + 6 + width > plot.right ? marked.x - 6 - width : marked.x + 6;
    return { tone, text: marked.label, x, y: 0, width };
  });
  const rises = placeLabels(labels, { lineHeight, bottom: plot.bottom - plot.top });
  return labels.map(
    ({ tone, text, x }, index) =>
      html`<text class="end tone-${tone}" x="${round(x)}" y="${round(plot.bottom - 8 - (rises[index] ?? 0))}">${text}</text>`,
  );
}

/** Names at the ends of the lines, behind the longest seed; at its end where seeds have no stretch in common. */
function drawLabels(lines: readonly PlacedLine[], plot: Plot): Html[] {
  const ended = lines.flatMap(({ label, tone, points, single = [] }) => {
    const ends = single.flatMap((seed) => seed.at(-1) ?? []).sort((one, other) => other.x - one.x);
    const end = points.at(-1) ?? ends[0];
    if (end === undefined) return [];
    const right = Math.max(end.x, ends[0]?.x ?? 0);
    return { label, tone, x: right + 6, y: end.y, width: textWidth(label) };
  });
  const heights = placeLabels(ended, { lineHeight, bottom: plot.bottom - 4 });
  return ended.map(
    ({ label, tone, x }, index) =>
      html`<text class="end tone-${tone}" x="${round(x)}" y="${round(heights[index] ?? 0)}" dy="0.32em">${label}</text>`,
  );
}

/** For each line its label and tone, and for each point `[x, y, value, place]`. */
function hoverData(lines: readonly PlacedLine[]): string {
  return JSON.stringify(
    lines.map(({ label, tone, points }) => ({
      label,
      tone,
      points: points.map((point) => [round(point.x), round(point.y), point.value, point.place]),
    })),
  );
}
