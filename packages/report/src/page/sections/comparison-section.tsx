import { type ScreenPlace, Tip, TipRow } from '@legend-fl/look/charts';
import { useState } from 'preact/hooks';
import { Choose } from '../controls.tsx';
import { Figure } from '../figure.tsx';
import type { CellView, ComparisonTable, ReportView } from '../report-view.ts';

interface Order {
  readonly column: number;
  readonly direction: 1 | -1;
}

/** The table of all figures, sorted by a column and against a baseline as the reader chooses. */
export function ComparisonSection({ view: { comparison } }: { view: ReportView }) {
  const { against, first, tones } = comparison;
  const [baseline, setBaseline] = useState(first);
  const [order, setOrder] = useState<Order>();
  const [tip, setTip] = useState<{ range: string; at: ScreenPlace }>();
  const table = against[baseline];
  if (table === undefined) return null;
  const rows = sortRows(table, order);
  const titles = table.columns.map(({ title }) => title);
  const sortBy = (column: number) =>
    setOrder({ column, direction: order?.column === column && order.direction === 1 ? -1 : 1 });
  const csv = () => [
    titles,
    ...rows.map(({ cells }) => cells.map(({ text, detail }) => (detail === '' ? text : `${text} ${detail}`))),
  ];
  return (
    <section>
      <h2>{against.length > 1 ? 'Comparison' : 'Result'}</h2>
      <Figure name="comparison" chart={false} rows={csv}>
        <div class="controls">
          <Choose
            title="Compare with"
            texts={against.map((one) => one.baseline)}
            chosen={baseline}
            onChoose={setBaseline}
          />
          {rows.length > 1 && (
            <span class="sort-by">
              <Choose
                title="Sort by"
                texts={titles}
                chosen={order?.column ?? 0}
                onChoose={(column) => setOrder({ column, direction: 1 })}
              />
            </span>
          )}
        </div>
        <div class="scroll">
          <table class="comparison">
            <thead>
              <tr>
                {table.columns.map(({ title, align }, column) => (
                  <th key={title} scope="col" class={align} aria-sort={sortOf(column, order)}>
                    {rows.length > 1 ? (
                      <button type="button" onClick={() => sortBy(column)}>
                        {title}
                      </button>
                    ) : (
                      title
                    )}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map(({ cells, index }) => (
                <tr key={index}>
                  {cells.map((cell, column) => {
                    const { title = '', align = 'left' } = table.columns[column] ?? {};
                    if (title === 'Strategy') {
                      return (
                        <th key={title} scope="row">
                          <span class={`key tone-${tones[index] ?? 1}`} />
                          {cell.text}
                        </th>
                      );
                    }
                    return (
                      <td key={title} class={align} data-title={title}>
                        <Cell cell={cell} onHover={setTip} />
                      </td>
                    );
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
        <p class="note">{table.note}</p>
        {tip !== undefined && (
          <Tip at={tip.at}>
            <TipRow value={tip.range} place="least to most over seeds" />
          </Tip>
        )}
      </Figure>
    </section>
  );
}

interface CellProps {
  readonly cell: CellView;
  onHover(tip: { range: string; at: ScreenPlace } | undefined): void;
}

function Cell({ cell: { text, detail, range }, onHover }: CellProps) {
  const show = ({ clientX, clientY }: PointerEvent) =>
    onHover(range === '' ? undefined : { range, at: { clientX, clientY } });
  const hide = () => onHover(undefined);
  return (
    <span class="figure" onPointerMove={show} onPointerDown={show} onPointerLeave={hide}>
      {text}
      <small>{detail}</small>
    </span>
  );
}

function sortOf(column: number, order: Order | undefined): 'none' | 'ascending' | 'descending' {
  if (order?.column !== column) return 'none';
  return order.direction > 0 ? 'ascending' : 'descending';
}

/** Rows with their place in the view. Those without a value come last in either direction. */
function sortRows({ rows }: ComparisonTable, order: Order | undefined) {
  const placed = rows.map((cells, index) => ({ cells, index }));
  if (order === undefined) return placed;
  const { column, direction } = order;
  return placed.sort((one, other) => {
    const [a, b] = [one.cells[column]?.value ?? null, other.cells[column]?.value ?? null];
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    if (typeof a === 'number' && typeof b === 'number') return direction * (a - b);
    return direction * String(a).localeCompare(String(b));
  });
}
