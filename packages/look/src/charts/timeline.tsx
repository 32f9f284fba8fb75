import { scaleLinear } from 'd3-scale';
import type { ComponentChildren } from 'preact';
import { BottomAxis, bottomAxisHeight } from './axes.tsx';
import { Fitted, type Frame } from './fitted.tsx';
import { shorten, tenth, textWidth } from './plot.ts';
import { layOutRows, type RowGroup } from './rows.ts';
import { Tip } from './tip.tsx';
import { stepWithin, useChoice } from './use-choice.ts';

export interface TimelineRow {
  readonly name: string;
  readonly spans: readonly Span[];
  /** Where a cross marks that the row came to a bad end. */
  readonly cross?: number | undefined;
}

interface Span {
  /** Name of a colour of the palette. */
  readonly colour: string;
  readonly from: number;
  readonly to: number;
}

interface TimelineProps extends Frame {
  readonly description: string;
  readonly rows: readonly TimelineRow[];
  readonly groups?: readonly RowGroup[];
  /** Of the time axis. */
  readonly title: string;
  /** Of the times, in which ticks are whole steps. */
  readonly divisor: number;
  /** What a row's tip says. */
  describe(row: number): ComponentChildren;
}

/** A bar per row, from time 0 on, of spans one after the other. The pointer or the arrow keys show a row. */
export function Timeline({ width, still, ...timeline }: TimelineProps) {
  return <Fitted width={width} still={still} draw={(width) => <Drawing {...timeline} width={width} />} />;
}

function Drawing({
  description,
  rows,
  groups,
  title,
  divisor,
  describe,
  width,
}: TimelineProps & { width: number }) {
  const { tops, rowHeight, named, headings, bottom } = layOutRows(rows.length, groups);
  const longest = Math.max(0, ...rows.map(({ name }) => textWidth(name)));
  const left = named ? Math.round(Math.min(longest + 10, width * 0.3)) : 0;
  const right = width - 10;
  const end = Math.max(1e-9, ...rows.flatMap(({ spans }) => spans.map(({ to }) => to)));
  const scale = scaleLinear().domain([0, end]).range([left, right]);
  const ticks = scaleLinear()
    .domain([0, end / divisor])
    .ticks(Math.max(2, (right - left) / 90));
  const { chosen, at, handlers } = useChoice<number>({
    find: ({ y }) => {
      const row = tops.findLastIndex((top) => y >= top && y < top + rowHeight);
      return row === -1 ? undefined : row;
    },
    step: (key, from) => stepWithin(rows.length, ['ArrowUp', 'ArrowDown'])(key, from ?? -1),
    placeOf: (row) => ({ x: scale(rows[row]?.spans.at(-1)?.from ?? 0), y: tops[row] ?? 0 }),
  });
  const top = chosen === undefined ? undefined : tops[chosen];
  return (
    <>
      <svg
        viewBox={`0 0 ${width} ${bottom + bottomAxisHeight}`}
        role="img"
        aria-label={description}
        {...handlers}
      >
        {headings.map(({ title: heading, y }) => (
          <text key={heading} class="heading" x={0} y={y + 14}>
            {heading}
          </text>
        ))}
        {rows.map((row, index) => (
          <DrawnRow key={index} {...row} {...{ scale, left, rowHeight }} y={tops[index] ?? 0} />
        ))}
        <BottomAxis
          plot={{ left, right, bottom }}
          ticks={ticks.map((tick) => ({ at: scale(tick * divisor), text: String(tick) }))}
          title={title}
        />
        <rect class="hit" width={width} height={bottom} />
        {top !== undefined && (
          <rect class="frame" x={left} y={top - 1} width={right - left} height={rowHeight} />
        )}
      </svg>
      {chosen !== undefined && top !== undefined && <Tip at={at}>{describe(chosen)}</Tip>}
    </>
  );
}

interface DrawnRowProps extends TimelineRow {
  readonly y: number;
  readonly left: number;
  readonly rowHeight: number;
  scale(time: number): number;
}

function DrawnRow({ name, spans, cross, y, left, rowHeight, scale }: DrawnRowProps) {
  const height = tenth(rowHeight - (rowHeight > 5 ? 2 : 0.6));
  const middle = tenth(y + height / 2);
  return (
    <>
      {spans
        .filter(({ from, to }) => to > from)
        .map(({ colour, from, to }) => (
          <rect
            key={colour}
            x={tenth(scale(from))}
            y={tenth(y)}
            width={tenth(scale(to) - scale(from))}
            height={height}
            style={{ fill: `var(--${colour})` }}
          />
        ))}
      {left > 0 && (
        <text x={left - 8} y={middle} dy="0.32em" text-anchor="end">
          {shorten(name, left - 8)}
        </text>
      )}
      {cross !== undefined && (
        <text class="cross" x={tenth(scale(cross))} y={middle} dy="0.35em">
          ✕
        </text>
      )}
    </>
  );
}
