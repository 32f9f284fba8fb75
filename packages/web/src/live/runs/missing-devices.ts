import type { DeviceView } from '@legend-fl/protocol';
import type { DeviceStatus } from '../devices/device-status.ts';

/** A device whose update the round under way still waits for. */
export interface MissingDevice {
  readonly name: string;
  /** What it does, e.g. `training, step 3 of 24`. */
  readonly doing: string;
  /** Since it got its part of the round. */
  readonly seconds: number;
  /** Beyond what was planned for it; negative where it has time left. */
  readonly lateSeconds: number;
}

/** Of these no update of this round comes any more, or it is there. */
const settled: readonly DeviceStatus[] = ['updated', 'dropped', 'left', 'finished', 'quarantined', 'revoked'];

/** The devices of the round under way whose update is missing, the latest first. */
export function listMissing(devices: readonly DeviceView[], now: number): MissingDevice[] {
  return devices
    .flatMap(({ name, status, depth, step, steps, assignedAt, plannedSeconds }) => {
      if (depth === null || assignedAt === null || settled.includes(status)) return [];
      const seconds = Math.max(0, (now - assignedAt) / 1000);
      const progress = status === 'training' && steps > 0 ? `, step ${step} of ${steps}` : '';
      return [
        {
          name,
          doing: `${describeStatus(status)}${progress}`,
          seconds,
          lateSeconds: seconds - (plannedSeconds ?? seconds),
        },
      ];
    })
    .sort((one, other) => other.lateSeconds - one.lateSeconds);
}

function describeStatus(status: DeviceStatus): string {
  if (status === 'assigned') return 'has not started';
  return status === 'away' ? 'not heard from' : status;
}
