import { chartTextSize, type Plot, tenth } from './plot.ts';

export interface Tick {
  readonly at: number;
  readonly text: string;
}

interface AxisProps {
  readonly plot: Plot;
  readonly ticks: readonly Tick[];
  /** The quantity and its unit. */
  readonly title: string;
}

/** Room that a bottom axis takes below the plot. */
export const bottomAxisHeight = 40;

/** Ticks and title below the plot. */
export function BottomAxis({
  plot: { left, right, bottom },
  ticks,
  title,
}: Omit<AxisProps, 'plot'> & {
  readonly plot: Omit<Plot, 'top'>;
}) {
  return (
    <g class="axis">
      <line class="base" x1={left} x2={right} y1={bottom} y2={bottom} />
      {ticks.map(({ at, text }) => (
        <g key={at}>
          <line class="tick" x1={tenth(at)} x2={tenth(at)} y1={bottom} y2={bottom + 4} />
          <text x={tenth(at)} y={bottom + 17} text-anchor="middle">
            {text}
          </text>
        </g>
      ))}
      <text class="title" x={right} y={bottom + 34} text-anchor="end">
        {title}
      </text>
    </g>
  );
}

/** Grid lines with their values at the left and the title above. */
export function LeftAxis({ plot, ticks, title }: AxisProps) {
  return (
    <g class="axis">
      {ticks.map(({ at, text }) => (
        <g key={at}>
          <line class="grid" x1={plot.left} x2={plot.right} y1={tenth(at)} y2={tenth(at)} />
          <text x={plot.left - 8} y={tenth(at)} dy="0.32em" text-anchor="end">
            {text}
          </text>
        </g>
      ))}
      <text class="title" x={0} y={chartTextSize}>
        {title}
      </text>
    </g>
  );
}

/** Ticks of numbered columns: as many as there is room for, the first among them. */
export function columnTicks(
  numbers: readonly number[],
  room: number,
  middle: (column: number) => number,
): Tick[] {
  const every = Math.ceil(numbers.length / Math.max(2, Math.floor(room / 46)));
  return numbers.flatMap((number, column) =>
    column % every === 0 ? [{ at: middle(column), text: String(number) }] : [],
  );
}
