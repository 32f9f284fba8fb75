import { useState } from 'preact/hooks';
import { useWidth } from '../use-width.ts';
import { BottomAxis, LeftAxis, type Plot, textWidth } from './axes.tsx';
import { niceRange, niceTicks } from './nice-ticks.ts';
import { Tip } from './tip.tsx';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Line {
  readonly label: string;
  readonly tone: number;
  readonly points: readonly Point[];
}

export interface Axis {
  /** The quantity and its unit. */
  readonly title: string;
  readonly whole?: boolean;
  /** Of the values, in which ticks are whole steps: 60 where values are seconds and ticks minutes. */
  readonly divisor?: number;
  /** What a tick says, once divided. */
  format(value: number): string;
  /** What a value says; as a tick where this is left out. */
  exact?(value: number): string;
}

export interface LineChartProps {
  readonly description: string;
  readonly height: number;
  readonly x: Axis;
  readonly y: Axis;
  readonly lines: readonly Line[];
  /** A horizontal line, e.g. a target. */
  readonly level?: { readonly y: number; readonly label: string } | undefined;
}

/** Lines over two linear axes. The pointer or the arrow keys show the values of a point. */
export function LineChart(props: LineChartProps) {
  const [element, width] = useWidth<HTMLDivElement>();
  return (
    <div class="drawing" ref={element} style={{ minHeight: `${props.height}px` }}>
      {width > 0 && <Drawing {...props} width={width} />}
    </div>
  );
}

function Drawing({ width, height, description, x, y, lines, level }: LineChartProps & { width: number }) {
  const [chosen, choose] = useState<number>();
  const points = lines.flatMap((line) => line.points);
  const [xFrom, xTo] = rangeOf(points.map((point) => point.x));
  const [yFrom, yTo] = niceRange(
    ...rangeOf([...points.map((point) => point.y), ...(level ? [level.y] : [])]),
    4,
  );
  const yTicks = niceTicks(yFrom, yTo, 4);
  const plot: Plot = {
    left: Math.round(12 + Math.max(...yTicks.map((tick) => textWidth(y.format(tick))))),
    right: width - 10 - (lines.length > 1 ? Math.max(...lines.map(({ label }) => textWidth(label))) + 6 : 0),
    top: 28,
    bottom: height - 40,
  };
  const xAt = (value: number) =>
    round(plot.left + ((value - xFrom) / (xTo - xFrom || 1)) * (plot.right - plot.left));
  const yAt = (value: number) =>
    round(plot.bottom - ((value - yFrom) / (yTo - yFrom || 1)) * (plot.bottom - plot.top));
  const { divisor = 1 } = x;
  const xTicks = niceTicks(
    xFrom / divisor,
    xTo / divisor,
    Math.max(2, Math.floor((plot.right - plot.left) / 56)),
  ).filter((tick) => x.whole !== true || Number.isInteger(tick));
  const places = [...new Set(points.map((point) => point.x))].sort((one, other) => one - other);
  const at = chosen === undefined ? undefined : places[Math.min(chosen, places.length - 1)];
  const move = (event: PointerEvent & { currentTarget: SVGSVGElement }) => {
    const left = event.clientX - event.currentTarget.getBoundingClientRect().left;
    const distances = places.map((place) => Math.abs(xAt(place) - left));
    if (places.length > 0) choose(distances.indexOf(Math.min(...distances)));
  };
  const step = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by === undefined || places.length === 0) return;
    event.preventDefault();
    choose(Math.min(places.length - 1, Math.max(0, (chosen ?? places.length) + by)));
  };
  const leave = () => choose(undefined);
  return (
    <>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={description}
        tabindex={0}
        onPointerMove={move}
        onPointerDown={move}
        onPointerLeave={leave}
        onKeyDown={step}
        onBlur={leave}
      >
        <LeftAxis
          plot={plot}
          ticks={yTicks.map((tick) => ({ at: yAt(tick), text: y.format(tick) }))}
          title={y.title}
        />
        <BottomAxis
          plot={plot}
          ticks={xTicks.map((tick) => ({ at: xAt(tick * divisor), text: x.format(tick) }))}
          title={x.title}
        />
        {level && (
          <g class="level">
            <line x1={plot.left} x2={plot.right} y1={yAt(level.y)} y2={yAt(level.y)} />
            <text x={plot.left + 6} y={yAt(level.y) - 6}>
              {level.label}
            </text>
          </g>
        )}
        {lines.map((line) => (
          <DrawnLine key={line.label} line={line} xAt={xAt} yAt={yAt} named={lines.length > 1} />
        ))}
        <rect
          class="hit"
          x={plot.left}
          y={plot.top}
          width={Math.max(0, plot.right - plot.left)}
          height={plot.bottom - plot.top}
        />
        {at !== undefined && (
          <line class="crosshair" x1={xAt(at)} x2={xAt(at)} y1={plot.top - 8} y2={plot.bottom} />
        )}
        {at !== undefined &&
          lines.map((line) =>
            line.points
              .filter((point) => point.x === at)
              .map((point) => (
                <circle
                  key={line.label}
                  class={`dot tone-${line.tone}`}
                  cx={xAt(point.x)}
                  cy={yAt(point.y)}
                  r={4}
                />
              )),
          )}
      </svg>
      {at !== undefined && (
        <Tip x={xAt(at)} width={width}>
          {lines.flatMap((line) =>
            line.points
              .filter((point) => point.x === at)
              .map((point) => (
                <div key={line.label}>
                  <span class={`key tone-${line.tone}`} />
                  {line.label} <strong>{(y.exact ?? y.format)(point.y)}</strong>
                </div>
              )),
          )}
          <div class="place">{`${x.title.replace(/ \(.*/, '')} ${x.format(at / divisor)}`}</div>
        </Tip>
      )}
    </>
  );
}

function DrawnLine({
  line: { label, tone, points },
  xAt,
  yAt,
  named,
}: {
  line: Line;
  xAt: (value: number) => number;
  yAt: (value: number) => number;
  named: boolean;
}) {
  const end = points.at(-1);
  const path = points.map((point, index) => `${index === 0 ? 'M' : 'L'}${xAt(point.x)} ${yAt(point.y)}`);
  return (
    <g class={`tone-${tone}`}>
      <path class="line" d={path.join('')} />
      {end && points.length === 1 && <circle class="dot" cx={xAt(end.x)} cy={yAt(end.y)} r={3} />}
      {end && named && (
        <text class={`end tone-${tone}`} x={xAt(end.x) + 6} y={yAt(end.y)} dy="0.32em">
          {label}
        </text>
      )}
    </g>
  );
}

/** From the least to the greatest; never of no length. */
function rangeOf(values: readonly number[]): [number, number] {
  if (values.length === 0) return [0, 1];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return high > low ? [low, high] : [low, low + (Math.abs(low) || 1) * 0.1];
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
