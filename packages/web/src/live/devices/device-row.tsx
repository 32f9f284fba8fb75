import type { DeviceView } from '@legend-fl/protocol';
import { formatSpan } from '../../shared/format-time.ts';
import { Meter } from '../../shared/meter.tsx';
import { DeviceNote } from './device-note.tsx';
import { secondsLeft } from './device-status.ts';
import { DeviceTimes } from './device-times.tsx';
import type { LabelledDevice } from './label-devices.ts';
import type { DeviceActions } from './use-device-actions.ts';

interface Props {
  readonly device: LabelledDevice;
  readonly now: number;
  /** Of the row in the whole table. */
  readonly index: number;
  readonly actions: DeviceActions;
}

export function DeviceRow({ device, now, index, actions }: Props) {
  const { name, status, runtime, depth, ranks, step, steps, loss, examples, updates, note } = device;
  const seen = `last seen ${formatSpan((now - device.lastSeenAt) / 1000)} ago`;
  return (
    <tr aria-rowindex={index} tabindex={-1}>
      <th scope="row" class="name" title={`${name} (${device.id})\n${runtime.about}`}>
        {name}
        <button
          type="button"
          class="plain rename"
          aria-disabled={actions.busy.has(device.id)}
          aria-label={`Rename ${name}`}
          title="Rename"
          onClick={() => actions.rename(device)}
        >
          ✎
        </button>
        <small>
          {runtime.kind}, {runtime.about}
        </small>
      </th>
      <td class="status">
        <span class={`state state-${status}`} title={seen}>
          {status}
        </span>
        {note !== '' && <DeviceNote device={device} />}
        {note === '' && status === 'away' && <small>{seen}</small>}
      </td>
      <td
        class="depth right"
        data-title="Blocks"
        title={ranks.length > 0 ? `ranks ${ranks.join(', ')}` : undefined}
      >
        {depth ?? '–'}
      </td>
      <td class="progress" data-title="Step">
        {steps === 0 ? (
          '–'
        ) : (
          <>
            <Meter done={step} of={steps} label={`Steps of ${name}`} />
            <small>
              {step} of {steps}
            </small>
          </>
        )}
      </td>
      <td class="left right">{describeLeft(secondsLeft(device, now))}</td>
      <td class="measured right" data-title="Measured">
        <DeviceTimes device={device} />
      </td>
      <td class="loss right">{loss === null ? '–' : loss.toFixed(3)}</td>
      <td class="examples right">{examples.toLocaleString('en')}</td>
      <td class="updates right" data-title="Updates">
        {updates.toLocaleString('en')}
        <Faults count={device.refused} what="refused" />
        <Faults count={device.clipped} what="clipped" />
      </td>
      <td class="action">{status !== 'revoked' && <Actions device={device} actions={actions} />}</td>
    </tr>
  );
}

function Faults({ count, what }: { count: number; what: string }) {
  return count === 0 ? null : (
    <small>
      {count.toLocaleString('en')} {what}
    </small>
  );
}

/** The buttons stay the same elements while a request is under way and after it, so that they keep the focus. */
function Actions({ device, actions }: { device: DeviceView; actions: DeviceActions }) {
  const busy = actions.busy.has(device.id);
  const [verb, act] =
    device.status === 'quarantined'
      ? (['Release', actions.release] as const)
      : (['Quarantine', actions.quarantine] as const);
  return (
    <>
      <button
        type="button"
        class="plain"
        aria-disabled={busy}
        aria-label={`${verb} ${device.name}`}
        onClick={() => act(device)}
      >
        {verb}
      </button>
      <button
        type="button"
        class="plain"
        aria-disabled={busy}
        aria-label={`Revoke ${device.name}`}
        onClick={() => actions.revoke(device)}
      >
        Revoke
      </button>
    </>
  );
}

function describeLeft(seconds: number | null): string {
  if (seconds === null) return '–';
  return seconds >= 0 ? formatSpan(seconds) : `late ${formatSpan(-seconds)}`;
}
