import { columns } from './columns.ts';
import { DeviceRow } from './device-row.tsx';
import type { LabelledDevice } from './label-devices.ts';
import { type Column, type Order, startOrder } from './order-devices.ts';
import type { DeviceActions } from './use-device-actions.ts';
import { useKeptFocus } from './use-kept-focus.ts';
import { useRowWindow } from './use-row-window.ts';

interface Props {
  readonly devices: readonly LabelledDevice[];
  readonly order: Order;
  readonly now: number;
  readonly actions: DeviceActions;
  sort(order: Order): void;
}

/**
 * A row per device, of which only those in sight are drawn, so that thousands cost no more than a dozen. On narrow
 * pages the style sheet makes a card of each row.
 */
export function DeviceTable({ devices, order, sort, now, actions }: Props) {
  const { scroller, first, last, rowHeight, look } = useRowWindow(devices.length);
  useKeptFocus(scroller, devices.length);
  return (
    <section class="device-scroller" ref={scroller} onScroll={look} tabindex={0} aria-label="Devices">
      <table aria-rowcount={devices.length + 1}>
        <thead>
          <tr aria-rowindex={1}>
            {columns.map(({ column, title, className }) => (
              <th key={column} scope="col" class={className} aria-sort={sortOf(order, column)}>
                <button type="button" onClick={() => sort(nextOrder(order, column))}>
                  {title}
                </button>
              </th>
            ))}
            <th class="action">
              <span class="unseen">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          <Space height={first * rowHeight} />
          {devices.slice(first, last).map((device, index) => (
            <DeviceRow
              key={device.id}
              device={device}
              now={now}
              index={first + index + 2}
              actions={actions}
            />
          ))}
          <Space height={(devices.length - last) * rowHeight} />
        </tbody>
      </table>
    </section>
  );
}

/** Stands for rows that are not drawn. */
function Space({ height }: { height: number }) {
  return height > 0 ? <tr class="space" style={{ height: `${height}px` }} /> : null;
}

/** The same column again turns the order around. */
function nextOrder(order: Order, column: Column): Order {
  return order.column === column ? { column, descending: !order.descending } : startOrder(column);
}

function sortOf(order: Order, column: Column): 'ascending' | 'descending' | 'none' {
  if (order.column !== column) return 'none';
  return order.descending ? 'descending' : 'ascending';
}
