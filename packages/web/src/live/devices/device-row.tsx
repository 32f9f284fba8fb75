import type { DeviceView } from '@legend/federation';
import { callCoordinator } from '../../shared/call-coordinator.ts';
import { formatSpan } from '../../shared/format-time.ts';
import { Meter } from '../../shared/meter.tsx';
import { useAction } from '../../shared/use-action.ts';
import { secondsLeft } from './device-status.ts';

interface Props {
  readonly device: DeviceView;
  readonly now: number;
  /** Of the row in the whole table. */
  readonly index: number;
}

export function DeviceRow({ device, now, index }: Props) {
  const { name, status, runtime, depth, ranks, step, steps, loss, examples, updates, lastSeenAt } = device;
  const seen = `last seen ${formatSpan((now - lastSeenAt) / 1000)} ago`;
  return (
    <tr aria-rowindex={index}>
      <th scope="row" class="name" title={`${name} (${device.id})\n${runtime.about}`}>
        {name}
        <small>
          {runtime.kind}, {runtime.about}
        </small>
      </th>
      <td class="status" title={seen}>
        <span class={`state state-${status}`}>{status}</span>
        {status === 'away' && <small>{seen}</small>}
      </td>
      <td class="depth right" title={ranks.length > 0 ? `ranks ${ranks.join(', ')}` : undefined}>
        {depth ?? '–'}
      </td>
      <td class="progress">
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
      <td class="loss right">{loss === null ? '–' : loss.toFixed(3)}</td>
      <td class="examples right">{examples.toLocaleString('en')}</td>
      <td class="updates right">{updates.toLocaleString('en')}</td>
      <td class="action">{status !== 'revoked' && <Revoke device={device} />}</td>
    </tr>
  );
}

function Revoke({ device }: { device: DeviceView }) {
  const { running, failure, run } = useAction();
  const revoke = () => {
    if (!confirm(`Revoke “${device.name}”? Nothing that it sends counts any more, for good.`)) return;
    void run(async () => {
      await callCoordinator('revokeDevice', { parameters: { device: device.id } });
    });
  };
  return (
    <button
      type="button"
      class="plain"
      disabled={running}
      title={failure}
      aria-label={`Revoke ${device.name}`}
      onClick={revoke}
    >
      {failure === undefined ? 'Revoke' : 'Failed'}
    </button>
  );
}

function describeLeft(seconds: number | null): string {
  if (seconds === null) return '–';
  return seconds >= 0 ? formatSpan(seconds) : `late ${formatSpan(-seconds)}`;
}
