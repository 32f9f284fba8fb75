import { scaleLinear } from 'd3-scale';
import { boundOfBars } from './cut-bars.ts';
import { Fitted, type Frame } from './fitted.tsx';
import { chartTextSize, shorten, tenth, textWidth } from './plot.ts';
import { Tip, TipRow } from './tip.tsx';
import { useChoice } from './use-choice.ts';

export interface Bar {
  readonly label: string;
  readonly tone: number;
  /** Lengths of its parts from the left, the first strong and the others pale; none where there is no figure. */
  readonly parts: readonly number[];
  /** Ends of the whisker. */
  readonly range: { readonly min: number; readonly max: number } | undefined;
  /** The figure in words, at the right. */
  readonly text: string;
  /** What hovering shows. */
  readonly tip: string;
}

interface BarChartProps extends Frame {
  readonly description: string;
  readonly bars: readonly Bar[];
}

const rowHeight = 40;
const barHeight = 12;
const barTop = 20;

/** Whether a bar is cut short, so that the others can be read. */
export function cutsBars(bars: readonly Bar[]): boolean {
  return bars.some(({ parts }) => sum(parts) > axisEnd(bars));
}

/** Horizontal bars under their names, each with its figure and, where it has a range, a whisker. */
export function BarChart({ width, still, ...chart }: BarChartProps) {
  return <Fitted width={width} still={still} draw={(width) => <Drawing {...chart} width={width} />} />;
}

function Drawing({ description, width, bars }: BarChartProps & { width: number }) {
  const end = axisEnd(bars);
  const scale = scaleLinear()
    .domain([0, end])
    // Half a whisker's end has to fit as well.
    .range([0, width - 1]);
  const { chosen, at, handlers } = useChoice<number>({
    find: ({ y }) => (bars[Math.floor(y / rowHeight)] === undefined ? undefined : Math.floor(y / rowHeight)),
    placeOf: (index) => ({ x: 0, y: index * rowHeight }),
  });
  return (
    <>
      <svg
        viewBox={`0 0 ${width} ${bars.length * rowHeight}`}
        role="img"
        aria-label={description}
        {...handlers}
      >
        {bars.map((bar, index) => (
          <DrawnBar key={bar.label} bar={bar} end={end} width={width} scale={scale} top={index * rowHeight} />
        ))}
        <rect class="hit" width={width} height={bars.length * rowHeight} />
      </svg>
      {chosen !== undefined && (
        <Tip at={at}>
          <TipRow value={bars[chosen]?.tip ?? ''} />
        </Tip>
      )}
    </>
  );
}

interface DrawnBarProps {
  readonly bar: Bar;
  readonly end: number;
  readonly width: number;
  readonly top: number;
  scale(value: number): number;
}

function DrawnBar({ bar: { label, tone, parts, range, text }, end, width, top, scale }: DrawnBarProps) {
  const [y, textY] = [top + barTop, top + chartTextSize + 1];
  const cut = sum(parts) > end;
  return (
    <g class={`tone-${tone}`}>
      <rect class="track" x={0} y={y} width={width} height={barHeight} />
      {parts.map((part, index) => {
        const from = Math.min(end, sum(parts.slice(0, index)));
        const to = Math.min(end, from + part);
        return (
          <rect
            key={index}
            class={index === 0 ? 'bar' : 'bar pale'}
            x={tenth(scale(from))}
            y={y}
            width={tenth(scale(to) - scale(from))}
            height={barHeight}
          />
        );
      })}
      {cut && <path class="break" d={`M${tenth(width * 0.86)} ${y + barHeight + 3}l6 -18m5 0l-6 18`} />}
      {range && !cut && <Whisker min={scale(range.min)} max={scale(Math.min(end, range.max))} y={y} />}
      <text class="name" x={0} y={textY}>
        {shorten(label, width - textWidth(text) - 12)}
      </text>
      <text class="amount" x={width} y={textY} text-anchor="end">
        {text}
      </text>
    </g>
  );
}

function Whisker({ min, max, y }: { min: number; max: number; y: number }) {
  const [low, high, middle] = [tenth(min), tenth(max), y + barHeight / 2];
  const path = `M${low} ${y + 1}v${barHeight - 2}M${high} ${y + 1}v${barHeight - 2}M${low} ${middle}H${high}`;
  return (
    <>
      <path class="whisker-edge" d={path} />
      <path class="whisker" d={path} />
    </>
  );
}

function axisEnd(bars: readonly Bar[]): number {
  return boundOfBars(bars.map(({ parts, range }) => Math.max(sum(parts), range?.max ?? 0)));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
