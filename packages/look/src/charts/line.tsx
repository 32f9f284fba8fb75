import type { ScaleLinear } from 'd3-scale';
import { area, line as pathOf } from 'd3-shape';
import { placeLabels } from './place-labels.ts';
import { chartTextSize, type Plot, tenth, textWidth, type XY } from './plot.ts';

export interface Line {
  readonly label: string;
  readonly tone: number;
  /** 0 is a solid line. */
  readonly dash?: number;
  /** Ascending by x; where a point is, in words, where its x does not say it all. */
  readonly points: readonly (XY & { readonly place?: string })[];
  /** The range over seeds, drawn as a band. */
  readonly band?: readonly BandPoint[];
  /** The lines of single seeds, drawn thin. */
  readonly single?: readonly (readonly XY[])[];
  /** A point to mark, with a line down to the axis. */
  readonly marked?: (XY & { readonly label: string }) | undefined;
}

export interface BandPoint {
  readonly x: number;
  readonly low: number;
  readonly high: number;
}

interface Scales {
  readonly xScale: ScaleLinear<number, number>;
  readonly yScale: ScaleLinear<number, number>;
  readonly plot: Plot;
}

const lineHeight = chartTextSize * 1.25;

/** What lies behind a mean: the range over seeds and the seeds themselves. */
export function SeedLines({ tone, band, single = [], xScale, yScale }: Line & Scales) {
  if (band === undefined) return null;
  const range = area<BandPoint>(
    ({ x }) => xScale(x),
    ({ low }) => yScale(low),
    ({ high }) => yScale(high),
  ).digits(1);
  return (
    <g class={`tone-${tone}`}>
      <path class="band" d={range(band) ?? ''} />
      {single.map((points, seed) => (
        <path key={seed} class="seed" d={drawPath(points, { xScale, yScale })} />
      ))}
    </g>
  );
}

export function PlottedLine({ tone, dash = 0, points, xScale, yScale }: Line & Scales) {
  const [only] = points;
  return (
    <g class={`tone-${tone} dash-${dash}`}>
      <path class="line" d={drawPath(points, { xScale, yScale })} />
      {only && points.length === 1 && (
        <circle class="dot" cx={tenth(xScale(only.x))} cy={tenth(yScale(only.y))} r={3} />
      )}
    </g>
  );
}

export function LineMark({ tone, marked, xScale, yScale, plot }: Line & Scales) {
  if (marked === undefined) return null;
  const [x, y] = [tenth(xScale(marked.x)), tenth(yScale(marked.y))];
  return (
    <g class={`tone-${tone}`}>
      <line class="drop" x1={x} x2={x} y1={y} y2={plot.bottom} />
      <circle class="mark" cx={x} cy={y} r={4.5} />
    </g>
  );
}

function drawPath(points: readonly XY[], { xScale, yScale }: Pick<Scales, 'xScale' | 'yScale'>): string {
  const draw = pathOf<XY>(
    ({ x }) => xScale(x),
    ({ y }) => yScale(y),
  ).digits(1);
  return draw(points) ?? '';
}

/**
 * Names at the ends of several lines, and labels of marked points just above the axis or above one another; left of
 * the mark where the right is full.
 */
export function LineLabels({ lines, ...scales }: Scales & { readonly lines: readonly Line[] }) {
  const { xScale, plot } = scales;
  const marks = lines.flatMap(({ tone, marked }) => {
    if (marked === undefined) return [];
    const [at, width] = [xScale(marked.x), textWidth(marked.label)];
    const x = at + 6 + width > plot.right ? at - 6 - width : at + 6;
    return { tone, text: marked.label, x, y: 0, width };
  });
  const rises = placeLabels(marks, { lineHeight, bottom: plot.bottom - plot.top });
  const names = lines.length > 1 ? lines.flatMap((line) => findEnd(line, scales)) : [];
  const heights = placeLabels(names, { lineHeight, bottom: plot.bottom - 4 });
  return (
    <>
      {marks.map(({ tone, text, x }, index) => (
        <text
          key={tone}
          class={`end tone-${tone}`}
          x={tenth(x)}
          y={tenth(plot.bottom - 8 - (rises[index] ?? 0))}
        >
          {text}
        </text>
      ))}
      {names.map(({ tone, text, x }, index) => (
        <text key={text} class={`end tone-${tone}`} x={tenth(x)} y={tenth(heights[index] ?? 0)} dy="0.32em">
          {text}
        </text>
      ))}
    </>
  );
}

/** Where a line's name goes: behind the longest seed, or at its end where seeds have no stretch in common. */
function findEnd({ label, tone, points, single = [] }: Line, { xScale, yScale }: Scales) {
  const ends = single.flatMap((seed) => seed.at(-1) ?? []).sort((one, other) => other.x - one.x);
  const end = points.at(-1) ?? ends[0];
  if (end === undefined) return [];
  const x = xScale(Math.max(end.x, ends[0]?.x ?? end.x)) + 6;
  return { text: label, tone, x, y: yScale(end.y), width: textWidth(label) };
}
