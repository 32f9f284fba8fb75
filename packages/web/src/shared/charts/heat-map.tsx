import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { useWidth } from '../use-width.ts';
import { Tip } from './tip.tsx';

export interface HeatMapProps {
  readonly description: string;
  /** Names of the rows, from the top. */
  readonly rows: readonly string[];
  readonly columns: readonly number[];
  /** What a column is. */
  readonly each: string;
  /** Entry [row][column]: share of the strongest colour, 0 to 1, and what it stands for; undefined is left empty. */
  readonly cells: readonly (readonly (HeatCell | undefined)[])[];
}

export interface HeatCell {
  readonly share: number;
  readonly text: string;
}

const labelHeight = 34;

/** Cells on a canvas, so that thousands of them are drawn at once. The pointer or the arrow keys show a cell. */
export function HeatMap(props: HeatMapProps) {
  const [element, width] = useWidth<HTMLDivElement>();
  return (
    <div class="drawing" ref={element}>
      {width > 0 && <Drawing {...props} width={width} />}
    </div>
  );
}

function Drawing({ description, rows, columns, each, cells, width }: HeatMapProps & { width: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [chosen, choose] = useState<{ row: number; column: number }>();
  const rowHeight = rows.length > 24 ? 14 : 20;
  const longest = Math.max(0, ...rows.map(({ length }) => Math.min(22, length)));
  const left = Math.min(Math.round(10 + longest * 7.2), Math.round(width * 0.4));
  const pitch = Math.min(40, (width - left) / Math.max(1, columns.length));
  const height = rows.length * rowHeight;
  useLayoutEffect(() => {
    const { current } = canvas;
    if (current === null) return;
    const paint = () => paintCells(current, { cells, left, pitch, rowHeight, width, height });
    paint();
    const theme = matchMedia('(prefers-color-scheme: dark)');
    const chooser = new MutationObserver(paint);
    theme.addEventListener('change', paint);
    chooser.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    return () => {
      theme.removeEventListener('change', paint);
      chooser.disconnect();
    };
  }, [cells, left, pitch, rowHeight, width, height]);
  const move = (event: PointerEvent & { currentTarget: HTMLElement }) => {
    const box = event.currentTarget.getBoundingClientRect();
    const column = Math.floor((event.clientX - box.left - left) / pitch);
    const row = Math.floor((event.clientY - box.top) / rowHeight);
    const inside = column >= 0 && column < columns.length && row >= 0 && row < rows.length;
    choose(inside ? { row, column } : undefined);
  };
  const step = (event: KeyboardEvent) => {
    const by = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (by === undefined || rows.length === 0 || columns.length === 0) return;
    event.preventDefault();
    const { row, column } = chosen ?? { row: 0, column: columns.length - 1 };
    choose({
      row: clamp(row + (by[0] ?? 0), rows.length),
      column: clamp(column + (by[1] ?? 0), columns.length),
    });
  };
  const leave = () => choose(undefined);
  const every = Math.ceil(columns.length / Math.max(2, Math.floor((width - left) / 46)));
  const cell = chosen && cells[chosen.row]?.[chosen.column];
  return (
    <>
      <div
        class="heat"
        role="img"
        aria-label={description}
        tabindex={0}
        style={{ height: `${height + labelHeight}px` }}
        onPointerMove={move}
        onPointerDown={move}
        onPointerLeave={leave}
        onKeyDown={step}
        onBlur={leave}
      >
        <canvas ref={canvas} />
        <svg viewBox={`0 0 ${width} ${height + labelHeight}`} aria-hidden="true">
          {rows.map((name, row) => (
            <text key={name} x={left - 8} y={row * rowHeight + rowHeight / 2} dy="0.32em" text-anchor="end">
              {name.length > 22 ? `${name.slice(0, 21)}…` : name}
            </text>
          ))}
          {columns.map((number, column) =>
            column % every === 0 ? (
              <text key={number} x={left + (column + 0.5) * pitch} y={height + 15} text-anchor="middle">
                {number}
              </text>
            ) : null,
          )}
          <text class="title" x={left + columns.length * pitch} y={height + 31} text-anchor="end">
            {each}
          </text>
          {chosen && (
            <rect
              class="frame"
              x={left + chosen.column * pitch}
              y={chosen.row * rowHeight}
              width={pitch}
              height={rowHeight}
            />
          )}
        </svg>
      </div>
      {chosen && (
        <Tip x={left + (chosen.column + 0.5) * pitch} width={width}>
          <div>
            <strong>{cell?.text ?? 'nothing'}</strong>
          </div>
          <div class="place">{`${rows[chosen.row]}, ${each.toLowerCase()} ${columns[chosen.column]}`}</div>
        </Tip>
      )}
    </>
  );
}

interface Grid {
  readonly cells: HeatMapProps['cells'];
  readonly left: number;
  readonly pitch: number;
  readonly rowHeight: number;
  readonly width: number;
  readonly height: number;
}

function paintCells(canvas: HTMLCanvasElement, { cells, left, pitch, rowHeight, width, height }: Grid): void {
  const density = devicePixelRatio;
  canvas.width = Math.round(width * density);
  canvas.height = Math.round(height * density);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const context = canvas.getContext('2d');
  if (context === null) return;
  const style = getComputedStyle(canvas);
  const colours = mixColours(style.getPropertyValue('--shallow'), style.getPropertyValue('--deep'));
  context.scale(density, density);
  const gap = pitch > 4 ? 1 : 0;
  for (const [row, line] of cells.entries()) {
    for (const [column, cell] of line.entries()) {
      if (cell === undefined) continue;
      context.fillStyle = colours[Math.round(cell.share * (colours.length - 1))] ?? 'none';
      context.fillRect(left + column * pitch, row * rowHeight, pitch - gap, rowHeight - 1);
    }
  }
}

/** Steps between two colours of the palette, `#rrggbb`. */
function mixColours(from: string, to: string): string[] {
  const steps = 32;
  return Array.from({ length: steps + 1 }, (_, step) => {
    const share = Math.round((step / steps) * 100);
    return `color-mix(in oklab, ${to} ${share}%, ${from})`;
  });
}

function clamp(value: number, length: number): number {
  return Math.min(length - 1, Math.max(0, value));
}
