import { useState } from 'preact/hooks';
import { useWidth } from '../use-width.ts';
import { BottomAxis, LeftAxis, type Plot, textWidth } from './axes.tsx';
import { niceRange, niceTicks } from './nice-ticks.ts';
import { Tip } from './tip.tsx';

/** One part of every bar: its colour, and how long it is. */
export interface BarPart {
  readonly label: string;
  /** Name of a colour of the palette. */
  readonly colour: string;
  readonly values: readonly number[];
}

export interface BarChartProps {
  readonly description: string;
  readonly height: number;
  /** What a bar stands for, and which number the first one has. */
  readonly each: string;
  readonly numbers: readonly number[];
  /** The quantity and its unit. */
  readonly title: string;
  readonly parts: readonly BarPart[];
  /** Whether values are counts, which have no ticks between them. */
  readonly whole?: boolean;
  format(value: number): string;
}

/** A bar per number, made of parts on top of one another. The pointer or the arrow keys show a bar's values. */
export function BarChart(props: BarChartProps) {
  const [element, width] = useWidth<HTMLDivElement>();
  return (
    <div class="drawing" ref={element} style={{ minHeight: `${props.height}px` }}>
      {width > 0 && <Drawing {...props} width={width} />}
    </div>
  );
}

function Drawing(props: BarChartProps & { width: number }) {
  const { width, height, description, each, numbers, title, parts, whole, format } = props;
  const [chosen, choose] = useState<number>();
  const sums = numbers.map((_, index) => parts.reduce((sum, { values }) => sum + (values[index] ?? 0), 0));
  // From 4 on, four steps are whole ones.
  const most = Math.max(...sums, whole === true ? 4 : 0);
  const [, top] = niceRange(0, most || 1, 4);
  const yTicks = niceTicks(0, top, 4);
  const plot: Plot = {
    left: Math.round(12 + Math.max(...yTicks.map((tick) => textWidth(format(tick))))),
    right: width - 4,
    top: 28,
    bottom: height - 40,
  };
  const pitch = (plot.right - plot.left) / Math.max(1, numbers.length);
  const gap = pitch > 6 ? 2 : pitch > 3 ? 1 : 0;
  const thickness = Math.min(40, pitch - gap);
  const yAt = (value: number) => round(plot.bottom - (value / top) * (plot.bottom - plot.top));
  const middle = (index: number) => round(plot.left + (index + 0.5) * pitch);
  const every = Math.ceil(numbers.length / Math.max(2, Math.floor((plot.right - plot.left) / 46)));
  const index = chosen === undefined ? undefined : Math.min(chosen, numbers.length - 1);
  const move = (event: PointerEvent & { currentTarget: SVGSVGElement }) => {
    const left = event.clientX - event.currentTarget.getBoundingClientRect().left;
    if (numbers.length > 0) {
      choose(Math.max(0, Math.min(numbers.length - 1, Math.floor((left - plot.left) / pitch))));
    }
  };
  const step = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by === undefined || numbers.length === 0) return;
    event.preventDefault();
    choose(Math.min(numbers.length - 1, Math.max(0, (index ?? numbers.length) + by)));
  };
  const leave = () => choose(undefined);
  return (
    <>
      <ul class="part-key">
        {parts.map(({ label, colour }) => (
          <li key={label}>
            <span class="swatch" style={{ background: `var(--${colour})` }} />
            {label}
          </li>
        ))}
      </ul>
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
          ticks={yTicks.map((tick) => ({ at: yAt(tick), text: format(tick) }))}
          title={title}
        />
        {numbers.map((number, bar) => {
          let below = 0;
          return parts.map(({ label, colour, values }) => {
            const value = values[bar] ?? 0;
            const y = yAt(below + value);
            const rect = (
              <rect
                key={`${number}-${label}`}
                x={round(middle(bar) - thickness / 2)}
                y={y}
                width={round(thickness)}
                height={round(yAt(below) - y)}
                style={{ fill: `var(--${colour})` }}
              />
            );
            below += value;
            return rect;
          });
        })}
        <BottomAxis
          plot={plot}
          ticks={numbers.flatMap((number, bar) =>
            bar % every === 0 ? [{ at: middle(bar), text: String(number) }] : [],
          )}
          title={each}
        />
        <rect
          class="hit"
          x={plot.left}
          y={plot.top}
          width={Math.max(0, plot.right - plot.left)}
          height={plot.bottom - plot.top}
        />
        {index !== undefined && (
          <line class="crosshair" x1={middle(index)} x2={middle(index)} y1={plot.top - 8} y2={plot.bottom} />
        )}
      </svg>
      {index !== undefined && (
        <Tip x={middle(index)} width={width}>
          {parts.map(({ label, colour, values }) => (
            <div key={label}>
              <span class="key" style={{ background: `var(--${colour})` }} />
              {label} <strong>{format(values[index] ?? 0)}</strong>
            </div>
          ))}
          <div class="place">{`${each} ${numbers[index]}`}</div>
        </Tip>
      )}
    </>
  );
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
