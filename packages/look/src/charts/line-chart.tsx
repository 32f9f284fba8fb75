import { scaleLinear } from 'd3-scale';
import { BottomAxis, bottomAxisHeight, LeftAxis } from './axes.tsx';
import { Fitted, type Frame } from './fitted.tsx';
import { type Line, LineLabels, LineMark, PlottedLine, SeedLines } from './line.tsx';
import { chartTextSize, type Plot, tenth, textWidth } from './plot.ts';
import { Tip, TipRow } from './tip.tsx';
import { stepWithin, useChoice } from './use-choice.ts';

export interface Axis {
  /** The quantity and its unit. */
  readonly title: string;
  /** Ends of the axis; those of the values where they are left out. */
  readonly from?: number;
  readonly to?: number;
  /** Ticks at whole numbers only. */
  readonly whole?: boolean;
  /** Of the values, in which ticks are whole steps: 60 where values are seconds and ticks minutes. */
  readonly divisor?: number;
  /** What a tick says, once divided. */
  format(value: number): string;
  /** What a value says; as a tick where this is left out. */
  exact?(value: number): string;
}

export interface LineChartProps extends Frame {
  readonly description: string;
  readonly height: number | ((width: number) => number);
  readonly x: Axis;
  readonly y: Axis;
  readonly lines: readonly Line[];
  /** A horizontal line, e.g. a target. */
  readonly level?: { readonly y: number; readonly label: string } | undefined;
}

/**
 * Lines over two linear axes, each labelled where it ends, the first on top. The pointer or the arrow keys show the
 * values at a place.
 */
export function LineChart({ width, still, ...chart }: LineChartProps) {
  const height = typeof chart.height === 'number' ? { height: chart.height } : {};
  return (
    <Fitted width={width} still={still} {...height} draw={(width) => <Drawing {...chart} width={width} />} />
  );
}

function Drawing({
  width,
  height: wanted,
  description,
  x,
  y,
  lines,
  level,
}: Omit<LineChartProps, 'still'> & { width: number }) {
  const height = typeof wanted === 'number' ? wanted : wanted(width);
  const { plot, xScale, yScale, xTicks, yTicks } = layOut({ width, height, x, y, lines, level });
  const walked = lines.reduce<Line['points']>(
    (longest, { points }) => (points.length > longest.length ? points : longest),
    [],
  );
  const step = stepWithin(walked.length, ['ArrowLeft', 'ArrowRight']);
  const { chosen, at, handlers } = useChoice<number>({
    find: (place) => (walked.length === 0 ? undefined : xScale.invert(place.x)),
    step: (key, from) => {
      const index = step(key, from === undefined ? undefined : nearest(walked, from));
      return index === undefined ? undefined : walked[index]?.x;
    },
    placeOf: (place) => ({ x: xScale(place), y: yScale(walked[nearest(walked, place)]?.y ?? 0) }),
  });
  const shown = chosen === undefined ? [] : lines.flatMap((line) => findShown(line, chosen));
  const middle =
    shown[
      nearest(
        shown.map(({ point }) => point),
        chosen ?? 0,
      )
    ]?.point;
  const { divisor = 1 } = x;
  const describeX = (value: number) =>
    x.exact?.(value) ?? `${x.title.replace(/ ?[,(].*/, '').toLowerCase()} ${x.format(value / divisor)}`;
  const scales = { xScale, yScale, plot };
  return (
    <>
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={description} {...handlers}>
        <LeftAxis plot={plot} ticks={yTicks} title={y.title} />
        <BottomAxis plot={plot} ticks={xTicks} title={x.title} />
        {level && (
          // At the left, where curves that rise have not come yet; below the line where it is the chart's top.
          <g class="level">
            <line x1={plot.left} x2={plot.right} y1={tenth(yScale(level.y))} y2={tenth(yScale(level.y))} />
            <text
              x={plot.left + 6}
              y={tenth(yScale(level.y) + (yScale(level.y) < plot.top + chartTextSize ? 16 : -6))}
            >
              {level.label}
            </text>
          </g>
        )}
        {lines.toReversed().map((line) => (
          <SeedLines key={line.label} {...line} {...scales} />
        ))}
        {lines.toReversed().map((line) => (
          <PlottedLine key={line.label} {...line} {...scales} />
        ))}
        {lines.map((line) => (
          <LineMark key={line.label} {...line} {...scales} />
        ))}
        <LineLabels lines={lines} {...scales} />
        <rect
          class="hit"
          x={plot.left}
          y={plot.top}
          width={Math.max(0, plot.right - plot.left)}
          height={plot.bottom - plot.top}
        />
        {middle && (
          <line
            class="crosshair"
            x1={tenth(xScale(middle.x))}
            x2={tenth(xScale(middle.x))}
            y1={plot.top - 8}
            y2={plot.bottom}
          />
        )}
        {shown.map(({ line: { label, tone }, point }) => (
          <circle
            key={label}
            class={`dot tone-${tone}`}
            cx={tenth(xScale(point.x))}
            cy={tenth(yScale(point.y))}
            r={4}
          />
        ))}
      </svg>
      {shown.length > 0 && (
        <Tip at={at}>
          {shown.map(({ line: { label, tone }, point }) => (
            <TipRow
              key={label}
              tone={tone}
              label={label}
              value={(y.exact ?? y.format)(point.y)}
              place={point.place ?? describeX(point.x)}
            />
          ))}
        </Tip>
      )}
    </>
  );
}

type Layout = Pick<LineChartProps, 'x' | 'y' | 'lines' | 'level'> & {
  readonly width: number;
  readonly height: number;
};

function layOut({ width, height, x, y, lines, level }: Layout) {
  const points = lines.flatMap((line) => [...line.points, ...(line.single ?? []).flat()]);
  const yValues = [...points.map((point) => point.y), ...(level ? [level.y] : [])];
  const { divisor: yDivisor = 1 } = y;
  const ySteps = scaleLinear()
    .domain(rangeOf(y, yValues).map((value) => value / yDivisor))
    .nice(5);
  const yTicks = ySteps.ticks(5).map((tick) => ({ value: tick * yDivisor, text: y.format(tick) }));
  // A single line needs no name: its chart's title is one.
  const names = lines.length > 1 ? Math.max(...lines.map(({ label }) => textWidth(label))) : 0;
  const plot: Plot = {
    left: tenth(12 + Math.max(...yTicks.map(({ text }) => textWidth(text)))),
    right: tenth(width - 12 - Math.min(width / 3, names)),
    top: chartTextSize * 2.4,
    bottom: height - bottomAxisHeight,
  };
  const yScale = scaleLinear()
    .domain(ySteps.domain().map((value) => value * yDivisor))
    .range([plot.bottom, plot.top]);
  const { divisor = 1 } = x;
  const [from, to] = rangeOf(
    x,
    points.map((point) => point.x),
  );
  const xScale = scaleLinear().domain([from, to]).range([plot.left, plot.right]);
  const ticks = scaleLinear()
    .domain([from / divisor, to / divisor])
    .ticks(Math.max(2, Math.floor((plot.right - plot.left) / 72)))
    .filter((tick) => x.whole !== true || Number.isInteger(tick));
  return {
    plot,
    xScale,
    yScale,
    xTicks: ticks.map((tick) => ({ at: xScale(tick * divisor), text: x.format(tick) })),
    yTicks: yTicks.map(({ value, text }) => ({ at: yScale(value), text })),
  };
}

/** From the least to the greatest; never of no length. */
function rangeOf({ from, to }: Axis, values: readonly number[]): [number, number] {
  const low = from ?? values.reduce((one, other) => Math.min(one, other), values[0] ?? 0);
  const high = to ?? values.reduce((one, other) => Math.max(one, other), values[0] ?? 1);
  return high > low ? [low, high] : [low, low + (Math.abs(low) || 1) * 0.1];
}

/** The point of a line to show for a place of the axis; none of a line without points. */
function findShown(line: Line, x: number) {
  const point = line.points[nearest(line.points, x)];
  return point === undefined ? [] : [{ line, point }];
}

function nearest(points: readonly { readonly x: number }[], x: number): number {
  const distanceOf = (index: number) => Math.abs((points[index]?.x ?? 0) - x);
  return points.reduce((best, _, index) => (distanceOf(index) < distanceOf(best) ? index : best), 0);
}
