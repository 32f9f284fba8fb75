import { scaleBand, scaleLinear } from 'd3-scale';
import { BottomAxis, bottomAxisHeight, columnTicks, LeftAxis } from './axes.tsx';
import { Fitted, type Frame } from './fitted.tsx';
import { type Plot, tenth, textWidth } from './plot.ts';
import { Tip, TipRow } from './tip.tsx';
import { clamp, stepWithin, useChoice } from './use-choice.ts';

/** One part of every column: its colour, and how high it is. */
interface ColumnPart {
  readonly label: string;
  /** Name of a colour of the palette. */
  readonly colour: string;
  readonly values: readonly number[];
}

interface ColumnChartProps extends Frame {
  readonly description: string;
  readonly height: number;
  /** What a column stands for, and its number. */
  readonly each: string;
  readonly numbers: readonly number[];
  /** The quantity and its unit. */
  readonly title: string;
  readonly parts: readonly ColumnPart[];
  /** Whether values are counts, which have no ticks between them. */
  readonly whole?: boolean;
  format(value: number): string;
}

/** A column per number, of parts on top of one another. The pointer or the arrow keys show a column's values. */
export function ColumnChart({ width, still, ...chart }: ColumnChartProps) {
  const draw = (width: number) => <Drawing {...chart} width={width} />;
  return <Fitted width={width} still={still} height={chart.height} draw={draw} />;
}

function Drawing(props: ColumnChartProps & { width: number }) {
  const { width, height, description, each, numbers, title, parts, whole, format } = props;
  const sums = numbers.map((_, index) => parts.reduce((sum, { values }) => sum + (values[index] ?? 0), 0));
  // From 4 on, four steps are whole ones.
  const most = Math.max(...sums, whole === true ? 4 : 0);
  const yScale = scaleLinear()
    .domain([0, most || 1])
    .nice(4);
  const yTicks = yScale.ticks(4);
  const plot: Plot = {
    left: Math.round(12 + Math.max(...yTicks.map((tick) => textWidth(format(tick))))),
    right: width - 4,
    top: 28,
    bottom: height - bottomAxisHeight,
  };
  yScale.range([plot.bottom, plot.top]);
  const bands = scaleBand<number>().domain(numbers.keys()).range([plot.left, plot.right]);
  const pitch = bands.step();
  const thickness = Math.min(40, pitch - (pitch > 6 ? 2 : pitch > 3 ? 1 : 0));
  const middle = (column: number) => tenth((bands(column) ?? 0) + pitch / 2);
  const choice = useChoice<number>({
    find: ({ x }) =>
      numbers.length === 0 ? undefined : clamp(Math.floor((x - plot.left) / pitch), numbers.length),
    step: stepWithin(numbers.length, ['ArrowLeft', 'ArrowRight']),
    placeOf: (column) => ({ x: middle(column), y: yScale(sums[column] ?? 0) }),
  });
  const chosen = choice.chosen === undefined ? undefined : clamp(choice.chosen, numbers.length);
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
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={description} {...choice.handlers}>
        <LeftAxis
          plot={plot}
          ticks={yTicks.map((tick) => ({ at: yScale(tick), text: format(tick) }))}
          title={title}
        />
        {parts.map(({ label, colour, values }, part) => (
          <g key={label} style={{ fill: `var(--${colour})` }}>
            {numbers.map((number, column) => {
              const below = parts.slice(0, part).reduce((sum, lower) => sum + (lower.values[column] ?? 0), 0);
              const [top, bottom] = [yScale(below + (values[column] ?? 0)), yScale(below)];
              return (
                <rect
                  key={number}
                  x={tenth(middle(column) - thickness / 2)}
                  y={tenth(top)}
                  width={tenth(thickness)}
                  height={tenth(bottom - top)}
                />
              );
            })}
          </g>
        ))}
        <BottomAxis plot={plot} ticks={columnTicks(numbers, plot.right - plot.left, middle)} title={each} />
        <rect
          class="hit"
          x={plot.left}
          y={plot.top}
          width={Math.max(0, plot.right - plot.left)}
          height={plot.bottom - plot.top}
        />
        {chosen !== undefined && (
          <line
            class="crosshair"
            x1={middle(chosen)}
            x2={middle(chosen)}
            y1={plot.top - 8}
            y2={plot.bottom}
          />
        )}
      </svg>
      {chosen !== undefined && (
        <Tip at={choice.at}>
          {parts.map(({ label, colour, values }) => (
            <TipRow key={label} colour={colour} label={label} value={format(values[chosen] ?? 0)} />
          ))}
          <div class="place">{`${each} ${numbers[chosen]}`}</div>
        </Tip>
      )}
    </>
  );
}
