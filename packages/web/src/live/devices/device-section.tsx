import type { DeviceView, RunView } from '@legend-fl/protocol';
import { useState } from 'preact/hooks';
import { Failure } from '../../shared/failure.tsx';
import { useNow } from '../../shared/use-now.ts';
import { DeviceControls } from './device-controls.tsx';
import { DeviceTable } from './device-table.tsx';
import { type Filter, type Order, orderDevices, startOrder } from './order-devices.ts';
import { useDeviceActions } from './use-device-actions.ts';

/** The run's devices in this round, and what the operator can do with each. */
export function DeviceSection({ run, devices }: { run: RunView; devices: readonly DeviceView[] }) {
  const now = useNow();
  const [filter, setFilter] = useState<Filter>({ text: '', status: 'present' });
  const [order, setOrder] = useState<Order>(startOrder('name'));
  const actions = useDeviceActions();
  const shown = orderDevices(devices, filter, order, now);
  return (
    <section class="devices">
      <h2>Devices{run.round > 0 && run.status === 'running' ? ` in round ${run.round}` : ''}</h2>
      {devices.length === 0 ? (
        <p class="note">None has enrolled yet. Make a join token below and give it to a device.</p>
      ) : (
        <>
          <DeviceControls
            devices={devices}
            shown={shown.length}
            filter={filter}
            order={order}
            setFilter={setFilter}
            setOrder={setOrder}
          />
          <DeviceTable devices={shown} order={order} sort={setOrder} now={now} actions={actions} />
          <Failure text={actions.failure} />
        </>
      )}
    </section>
  );
}
