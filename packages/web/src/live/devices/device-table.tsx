import type { DeviceView } from '@legend/federation';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { DeviceRow } from './device-row.tsx';
import type { Column, Order } from './order-devices.ts';

interface Props {
  readonly devices: readonly DeviceView[];
  readonly order: Order;
  readonly now: number;
  sort(order: Order): void;
}

/** Height of every row, as the style sheet has it: rows out of sight are left out, space is kept for them. */
const ROW_HEIGHT = 46;
const ROWS_BEYOND = 8;

const columns: readonly { column: Column; title: string; className: string }[] = [
  { column: 'name', title: 'Device', className: 'name' },
  { column: 'status', title: 'State', className: 'status' },
  { column: 'depth', title: 'Blocks', className: 'depth right' },
  { column: 'progress', title: 'Step', className: 'progress' },
  { column: 'left', title: 'Time left', className: 'left right' },
  { column: 'loss', title: 'Loss', className: 'loss right' },
  { column: 'examples', title: 'Examples', className: 'examples right' },
  { column: 'updates', title: 'Updates', className: 'updates right' },
];

/** A row per device, of which only those in sight are drawn, so that thousands cost no more than a dozen. */
export function DeviceTable({ devices, order, sort, now }: Props) {
  const scroller = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 480 });
  const look = () => {
    const { current } = scroller;
    if (current !== null) setView({ top: current.scrollTop, height: current.clientHeight });
  };
  // A shorter list moves what is in sight.
  useLayoutEffect(look, [devices.length]);
  const first = Math.max(0, Math.floor(view.top / ROW_HEIGHT) - ROWS_BEYOND);
  const last = Math.min(devices.length, Math.ceil((view.top + view.height) / ROW_HEIGHT) + ROWS_BEYOND);
  return (
    <section class="device-scroller" ref={scroller} onScroll={look} tabindex={0} aria-label="Devices">
      <table aria-rowcount={devices.length + 1}>
        <thead>
          <tr aria-rowindex={1}>
            {columns.map(({ column, title, className }) => (
              <th key={column} scope="col" class={className} aria-sort={sortOf(order, column)}>
                <button
                  type="button"
                  onClick={() => sort({ column, descending: order.column === column && !order.descending })}
                >
                  {title}
                </button>
              </th>
            ))}
            <th class="action">
              <span class="unseen">Revoke</span>
            </th>
          </tr>
        </thead>
        <tbody>
          <Space rows={first} />
          {devices.slice(first, last).map((device, index) => (
            <DeviceRow key={device.id} device={device} now={now} index={first + index + 2} />
          ))}
          <Space rows={devices.length - last} />
        </tbody>
      </table>
    </section>
  );
}

function Space({ rows }: { rows: number }) {
  return rows > 0 ? <tr style={{ height: `${rows * ROW_HEIGHT}px` }} /> : null;
}

function sortOf(order: Order, column: Column): 'ascending' | 'descending' | 'none' {
  if (order.column !== column) return 'none';
  return order.descending ? 'descending' : 'ascending';
}
