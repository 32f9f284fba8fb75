/** Place of the data in a chart, in pixels. */
export interface Plot {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export interface Tick {
  readonly at: number;
  readonly text: string;
}

/** About how wide a text of a chart is, in pixels. */
export function textWidth(text: string): number {
  return text.length * 12 * 0.62;
}

/** Ticks and title below the plot. */
export function BottomAxis({ plot, ticks, title }: { plot: Plot; ticks: readonly Tick[]; title: string }) {
  const { left, right, bottom } = plot;
  return (
    <g class="axis">
      <line class="base" x1={left} x2={right} y1={bottom} y2={bottom} />
      {ticks.map(({ at, text }) => (
        <g key={text}>
          <line class="tick" x1={at} x2={at} y1={bottom} y2={bottom + 4} />
          <text x={at} y={bottom + 17} text-anchor="middle">
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
export function LeftAxis({ plot, ticks, title }: { plot: Plot; ticks: readonly Tick[]; title: string }) {
  return (
    <g class="axis">
      {ticks.map(({ at, text }) => (
        <g key={text}>
          <line class="grid" x1={plot.left} x2={plot.right} y1={at} y2={at} />
          <text x={plot.left - 8} y={at} dy="0.32em" text-anchor="end">
            {text}
          </text>
        </g>
      ))}
      <text class="title" x={0} y={12}>
        {title}
      </text>
    </g>
  );
}
