import type { DeviceView } from '@legend-fl/protocol';
import { isGone } from './device-status.ts';

/** Claimed and measured times may differ by this factor before the page marks them. */
const TOLERATED_FACTOR = 2;

/** What a device claimed about its last update beside what was measured. */
export interface TimeCheck {
  readonly claimedSeconds: number;
  readonly measuredSeconds: number;
  /** Measured over claimed: above 1 where the device was slower than it claimed. */
  readonly factor: number;
  /** Whether the two differ by more than a factor of two. */
  readonly differs: boolean;
}

/** Compares a device's claim with the measurement; undefined until both are known. */
export function checkTimes({ claimedSeconds, measuredSeconds }: DeviceView): TimeCheck | undefined {
  if (claimedSeconds === null || measuredSeconds === null) return undefined;
  const factor = claimedSeconds === measuredSeconds ? 1 : measuredSeconds / claimedSeconds;
  const differs = factor > TOLERATED_FACTOR || factor < 1 / TOLERATED_FACTOR;
  return { claimedSeconds, measuredSeconds, factor, differs };
}

/** Whether the operator should look at the device. A device that is gone needs nothing any more. */
export function needsAttention(device: DeviceView): boolean {
  if (isGone(device.status)) return false;
  const { note, refused, clipped } = device;
  return note !== '' || refused > 0 || clipped > 0 || checkTimes(device)?.differs === true;
}
