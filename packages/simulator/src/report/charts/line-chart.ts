import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
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
  /** A point to mark, with a line down to the axis. */
  readonly marked?: { readonly x: number; readonly y: number; readonly label: string } | undefined;
}

interface LineAxis {
  /** The quantity and its unit. */
  readonly title: string;
  readonly from: number;
  readonly to: number;
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

/** Lines over two linear axes, each labelled where it ends, the first on top. Hovering is `page.js`'s, from `data-lines`. */
export function lineChart(chart: LineChart): Html {
  const { width, height, x, y, lines, level } = chart;
  const yScale = scaleLinear().domain([y.from, y.to]).nice(5);
  const yTicks = yScale.ticks(5);
  const plot: Plot = {
    left: 12 + Math.max(...yTicks.map((tick) => textWidth(y.format(tick)))),
    right: width - 12 - Math.max(0, ...lines.map(({ label }) => textWidth(label))),
    top: chartTextSize * 2.4,
    bottom: height - 40,
  };
  yScale.range([plot.bottom, plot.top]);
  const xScale = scaleLinear().domain([x.from, x.to]).range([plot.left, plot.right]);
  const xTicks = xScale.ticks(Math.max(2, Math.floor((plot.right - plot.left) / 80)));
  const placed = lines.map((drawn) => ({
    ...drawn,
    marked: drawn.marked && { ...drawn.marked, x: xScale(drawn.marked.x), y: yScale(drawn.marked.y) },
    points: drawn.points.map((point) => ({ ...point, x: xScale(point.x), y: yScale(point.y) })),
  }));
  return html`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${chart.description}" tabindex="0" data-lines="${hoverData(placed)}">
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
${level === undefined ? '' : drawLevel(level.label, yScale(level.y), placed, plot)}
${placed.toReversed().map((drawn) => drawLine(drawn, plot))}
${drawMarkLabels(placed, plot)}
${drawLabels(placed, plot)}
</svg>`;
}

/** The label keeps off the lines' ends: below where one of them ends above, and above otherwise. */
function drawLevel(label: string, y: number, lines: readonly Line[], plot: Plot): Html {
  const passed = lines.some(({ points }) => (points.at(-1)?.y ?? y) < y);
  return html`<g class="level"><line x1="${plot.left}" x2="${plot.right}" y1="${round(y)}" y2="${round(y)}"/><text x="${plot.right}" y="${round(passed ? y + chartTextSize + 3 : y - 6)}" text-anchor="end">${label}</text></g>`;
}

function drawLine({ tone, dash, points, marked }: Line, plot: Plot): Html {
  const path = line<LinePoint>(
    (point) => point.x,
    (point) => point.y,
  ).digits(1)(points);
  const mark =
    marked === undefined
      ? ''
      : html`<line class="drop" x1="${round(marked.x)}" x2="${round(marked.x)}" y1="${round(marked.y)}" y2="${plot.bottom}"/><circle class="mark" cx="${round(marked.x)}" cy="${round(marked.y)}" r="4.5"/>`;
  return html`<g class="tone-${tone} dash-${dash}"><path class="line" d="${path ?? ''}"/>${mark}</g>`;
}

/** Labels of the marked points, just above the axis or above one another. */
function drawMarkLabels(lines: readonly Line[], plot: Plot): Html[] {
  const labels = lines.flatMap(({ tone, marked }) =>
    marked === undefined
      ? []
      : { tone, text: marked.label, x: marked.x + 6, y: 0, width: textWidth(marked.label) },
  );
  const rises = placeLabels(labels, { lineHeight, bottom: plot.bottom - plot.top });
  return labels.map(
    ({ tone, text, x }, index) =>
      html`<text class="end tone-${tone}" x="${round(x)}" y="${round(plot.bottom - 8 - (rises[index] ?? 0))}">${text}</text>`,
  );
}

function drawLabels(lines: readonly Line[], plot: Plot): Html[] {
  const ended = lines.flatMap(({ label, tone, points }) => {
    const end = points.at(-1);
    return end === undefined ? [] : { label, tone, x: end.x + 6, y: end.y, width: textWidth(label) };
  });
  const heights = placeLabels(ended, { lineHeight, bottom: plot.bottom - 4 });
  return ended.map(
    ({ label, tone, x }, index) =>
      html`<text class="end tone-${tone}" x="${round(x)}" y="${round(heights[index] ?? 0)}" dy="0.32em">${label}</text>`,
  );
}

/** For each line its label and tone, and for each point `[x, y, value, place]`. */
function hoverData(lines: readonly Line[]): string {
  return JSON.stringify(
    lines.map(({ label, tone, points }) => ({
      label,
      tone,
      points: points.map((point) => [round(point.x), round(point.y), point.value, point.place]),
    })),
  );
}
