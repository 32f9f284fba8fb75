import type { RunView } from '@legend-fl/protocol';
import { useState } from 'preact/hooks';
import { Failure } from '../../shared/failure.tsx';
import { useNow } from '../../shared/use-now.ts';
import { DeviceControls } from './device-controls.tsx';
import { DeviceTable } from './device-table.tsx';
import type { LabelledDevice } from './label-devices.ts';
import { type Filter, type Order, orderDevices, startOrder } from './order-devices.ts';
import { useDeviceActions } from './use-device-actions.ts';

/** The run's devices in this round, and what the operator can do with each. */
export function DeviceSection({ run, devices }: { run: RunView; devices: readonly LabelledDevice[] }) {
  const now = useNow();
  const [chosen, setFilter] = useState<Filter>();
  const ended = run.status === 'finished' || run.status === 'failed';
  // Of a run that is over nobody is connected any more.
  const filter = chosen ?? ({ text: '', status: ended ? 'all' : 'present' } as const);
  const [order, setOrder] = useState<Order>(startOrder('name'));
  const actions = useDeviceActions();
  const shown = orderDevices(devices, filter, order, now);
  return (
    <section class="devices">
      <h2>Devices{run.round > 0 && run.status === 'running' ? ` in round ${run.round}` : ''}</h2>
      {devices.length === 0 ? (
        <p class="note">No device has joined yet. Make an invitation below and send it to one.</p>
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
