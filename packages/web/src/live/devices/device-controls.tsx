import type { DeviceView } from '@legend-fl/protocol';
import { needsAttention } from './check-device.ts';
import { orderNames } from './columns.ts';
import { isPresent, statusOrder } from './device-status.ts';
import { type Column, type Filter, type Order, startOrder } from './order-devices.ts';

interface Props {
  readonly devices: readonly DeviceView[];
  /** Devices that the filter lets through. */
  readonly shown: number;
  readonly filter: Filter;
  readonly order: Order;
  setFilter(filter: Filter): void;
  setOrder(order: Order): void;
}

/** Which devices the table shows, and in which order. */
export function DeviceControls({ devices, shown, filter, order, setFilter, setOrder }: Props) {
  const all = devices.length.toLocaleString('en');
  return (
    <div class="controls">
      <label>
        State{' '}
        <select
          value={filter.status}
          onChange={({ currentTarget }) =>
            setFilter({ ...filter, status: currentTarget.value as Filter['status'] })
          }
        >
          {listFilters(devices, filter.status).map(({ status, text }) => (
            <option key={status} value={status}>
              {text}
            </option>
          ))}
        </select>
      </label>
      <label>
        Find{' '}
        <input
          type="search"
          placeholder="name, id or runtime"
          value={filter.text}
          onInput={({ currentTarget }) => setFilter({ ...filter, text: currentTarget.value })}
        />
      </label>
      <span class="sort">
        <label>
          Sort by{' '}
          <select
            value={order.column}
            onChange={({ currentTarget }) => setOrder(startOrder(currentTarget.value as Column))}
          >
            {Object.entries(orderNames).map(([column, name]) => (
              <option key={column} value={column}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <button
          type="button"
          class="plain"
          onClick={() => setOrder({ ...order, descending: !order.descending })}
        >
          {order.descending ? '↓ descending' : '↑ ascending'}
        </button>
      </span>
      <span class="count" role={filter.text === '' ? undefined : 'status'}>
        {shown === devices.length ? `${all} devices` : `${shown.toLocaleString('en')} of ${all} devices`}
      </span>
    </div>
  );
}

/** What the table can be narrowed down to, with how many devices that leaves. */
function listFilters(
  devices: readonly DeviceView[],
  chosen: Filter['status'],
): { status: Filter['status']; text: string }[] {
  const byStatus = Map.groupBy(devices, ({ status }) => status);
  const states = statusOrder
    .map((status) => ({ status, name: status, count: byStatus.get(status)?.length ?? 0 }))
    .filter(({ status, count }) => count > 0 || status === chosen);
  const present = devices.filter(({ status }) => isPresent(status)).length;
  const attention = devices.filter(needsAttention).length;
  return [
    { status: 'present' as const, name: 'connected', count: present },
    { status: 'all' as const, name: 'all', count: devices.length },
    { status: 'attention' as const, name: 'needs attention', count: attention },
    ...states,
  ].map(({ status, name, count }) => ({ status, text: `${name} (${count.toLocaleString('en')})` }));
}
