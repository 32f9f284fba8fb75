import type { DeviceView, RunView } from '@legend/federation';
import { useState } from 'preact/hooks';
import { useNow } from '../../shared/use-now.ts';
import { type DeviceStatus, statusOrder } from './device-status.ts';
import { DeviceTable } from './device-table.tsx';
import { type Filter, type Order, orderDevices } from './order-devices.ts';

/** The run's devices in this round. */
export function DeviceSection({ run, devices }: { run: RunView; devices: readonly DeviceView[] }) {
  const now = useNow();
  const [filter, setFilter] = useState<Filter>({ text: '', status: 'present' });
  const [order, setOrder] = useState<Order>({ column: 'name', descending: false });
  const shown = orderDevices(devices, filter, order, now);
  const counts = Map.groupBy(devices, ({ status }) => status);
  const count = (status: DeviceStatus) => counts.get(status)?.length ?? 0;
  const present = devices.length - count('away') - count('left') - count('revoked');
  return (
    <section class="devices">
      <h2>Devices{run.round > 0 && run.status === 'running' ? ` in round ${run.round}` : ''}</h2>
      {devices.length === 0 ? (
        <p class="note">None has enrolled yet. Make a join token below and give it to a device.</p>
      ) : (
        <>
          <div class="controls">
            <label>
              State{' '}
              <select
                value={filter.status}
                onChange={({ currentTarget }) =>
                  setFilter({ ...filter, status: currentTarget.value as Filter['status'] })
                }
              >
                <option value="present">all that are here ({present.toLocaleString('en')})</option>
                <option value="all">all that ever enrolled ({devices.length.toLocaleString('en')})</option>
                {statusOrder
                  .filter((status) => count(status) > 0 || filter.status === status)
                  .map((status) => (
                    <option key={status} value={status}>
                      {status} ({count(status).toLocaleString('en')})
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
            <label class="narrow-only">
              Sort by{' '}
              <select
                value={order.column}
                onChange={({ currentTarget }) =>
                  setOrder({ column: currentTarget.value as Order['column'], descending: false })
                }
              >
                <option value="name">name</option>
                <option value="status">state</option>
                <option value="depth">blocks</option>
                <option value="progress">progress</option>
                <option value="left">time left</option>
              </select>
            </label>
            <span class="count" role={filter.text === '' ? undefined : 'status'}>
              {shown.length === devices.length
                ? `${devices.length.toLocaleString('en')} devices`
                : `${shown.length.toLocaleString('en')} of ${devices.length.toLocaleString('en')} devices`}
            </span>
          </div>
          <DeviceTable devices={shown} order={order} sort={setOrder} now={now} />
        </>
      )}
    </section>
  );
}
