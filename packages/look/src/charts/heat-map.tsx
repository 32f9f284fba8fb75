import { scaleBand } from 'd3-scale';
import { BottomAxis, bottomAxisHeight, columnTicks } from './axes.tsx';
import { Fitted, type Frame } from './fitted.tsx';
import { shorten, tenth, textWidth } from './plot.ts';
import { layOutRows, type RowGroup } from './rows.ts';
import { shade } from './shade.ts';
import { Tip } from './tip.tsx';
import { clamp, stepWithin, useChoice } from './use-choice.ts';

interface HeatMapProps extends Frame {
  readonly description: string;
  /** Names of the rows, from the top. */
  readonly rows: readonly string[];
  /** Headings over rows that belong together; of all rows or of none. */
  readonly groups?: readonly RowGroup[];
  readonly columns: readonly number[];
  /** What a column is. */
  readonly each: string;
  /** Entry [row][column]: share of the strongest colour, 0 to 1, and what it stands for; undefined is left empty. */
  readonly cells: readonly (readonly (HeatCell | undefined)[])[];
  /** What an empty cell stands for. */
  readonly empty?: string;
}

export interface HeatCell {
  readonly share: number;
  readonly text: string;
}

interface Cell {
  readonly row: number;
  readonly column: number;
}

/** A row per name and a column per number, as wide as there is room. The pointer or the arrow keys show a cell. */
export function HeatMap({ width, still, ...map }: HeatMapProps) {
  return <Fitted width={width} still={still} draw={(width) => <Drawing {...map} width={width} />} />;
}

function Drawing({
  description,
  rows,
  groups,
  columns,
  each,
  cells,
  empty = 'nothing',
  width,
}: HeatMapProps & { width: number }) {
  const { tops, rowHeight, named, headings, bottom } = layOutRows(rows.length, groups);
  const longest = Math.max(0, ...rows.map(textWidth));
  const left = named ? Math.round(Math.min(longest + 10, width * 0.4, 170)) : 0;
  const bands = scaleBand<number>().domain(columns.keys()).range([left, width]);
  const pitch = bands.step();
  const middle = (column: number) => tenth((bands(column) ?? 0) + pitch / 2);
  const stepRow = stepWithin(rows.length, ['ArrowUp', 'ArrowDown']);
  const stepColumn = stepWithin(columns.length, ['ArrowLeft', 'ArrowRight']);
  const { chosen, at, handlers } = useChoice<Cell>({
    find: ({ x, y }) => {
      const row = tops.findLastIndex((top) => y >= top && y < top + rowHeight);
      const column = Math.floor((x - left) / pitch);
      return row === -1 || column < 0 || column >= columns.length ? undefined : { row, column };
    },
    step: (key, from) => {
      const row = stepRow(key, from?.row ?? -1);
      const column = stepColumn(key, from?.column);
      if (row === undefined && column === undefined) return undefined;
      return { row: row ?? from?.row ?? 0, column: column ?? from?.column ?? columns.length - 1 };
    },
    placeOf: ({ row, column }) => ({ x: middle(column), y: tops[row] ?? 0 }),
  });
  const cell = chosen && {
    row: clamp(chosen.row, rows.length),
    column: clamp(chosen.column, columns.length),
  };
  return (
    <>
      <svg
        viewBox={`0 0 ${width} ${bottom + bottomAxisHeight}`}
        role="img"
        aria-label={description}
        {...handlers}
      >
        {headings.map(({ title, y }) => (
          <text key={title} class="heading" x={0} y={y + 13}>
            {title}
          </text>
        ))}
        {named &&
          rows.map((name, row) => (
            <text
              key={row}
              x={left - 8}
              y={tenth((tops[row] ?? 0) + rowHeight / 2)}
              dy="0.32em"
              text-anchor="end"
            >
              {shorten(name, left - 8)}
            </text>
          ))}
        {shadeCells(cells, {
          tops,
          rowHeight,
          leftOf: (column) => left + column * pitch,
          gap: pitch > 4 ? 1 : 0,
        }).map(([share, path]) => (
          <path key={share} d={path} style={{ fill: shade(share) }} />
        ))}
        <BottomAxis
          plot={{ left, right: width, bottom }}
          ticks={columnTicks(columns, width - left, middle)}
          title={each}
        />
        <rect class="hit" x={left} width={Math.max(0, width - left)} height={bottom} />
        {cell && (
          <rect
            class="frame"
            x={tenth(left + cell.column * pitch)}
            y={tenth(tops[cell.row] ?? 0)}
            width={tenth(pitch)}
            height={tenth(rowHeight)}
          />
        )}
      </svg>
      {cell && (
        <Tip at={at}>
          <div>
            <strong>{cells[cell.row]?.[cell.column]?.text ?? empty}</strong>
          </div>
          <div class="place">{`${rows[cell.row]}, ${each.toLowerCase()} ${columns[cell.column]}`}</div>
        </Tip>
      )}
    </>
  );
}

interface Grid {
  readonly tops: readonly number[];
  readonly rowHeight: number;
  readonly gap: number;
  leftOf(column: number): number;
}

/** A path per shade, so that thousands of cells are few elements. Cells without a gap are drawn as strips. */
function shadeCells(
  cells: HeatMapProps['cells'],
  { tops, rowHeight, gap, leftOf }: Grid,
): [number, string][] {
  const paths = new Map<number, string>();
  const height = tenth(rowHeight - (rowHeight > 5 ? 1 : 0));
  for (const [row, line] of cells.entries()) {
    for (let from = 0, to = 0; from < line.length; from = to) {
      const share = line[from]?.share;
      do to++;
      while (gap === 0 && to < line.length && line[to]?.share === share);
      if (share === undefined) continue;
      const left = tenth(leftOf(from));
      const strip = `M${left} ${tenth(tops[row] ?? 0)}H${tenth(leftOf(to) - gap)}v${height}H${left}z`;
      const step = Math.round(share * 32) / 32;
      paths.set(step, (paths.get(step) ?? '') + strip);
    }
  }
  return [...paths];
}
