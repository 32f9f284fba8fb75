import type { DeviceView } from '@legend-fl/protocol';

export type DeviceStatus = DeviceView['status'];

/** In the order that a round takes its devices through, with what has ended behind. */
export const statusOrder: readonly DeviceStatus[] = [
  'assigned',
  'downloading',
  'training',
  'uploading',
  'evaluating',
  'updated',
  'idle',
  'paused',
  'dropped',
  'away',
  'left',
  'finished',
  'quarantined',
  'revoked',
];

/** Whether the device is at work on its assignment. */
export function isAtWork(status: DeviceStatus): boolean {
  return ['assigned', 'downloading', 'training', 'uploading'].includes(status);
}

/** Whether the device has left the run or was revoked, or the run is over. */
export function isGone(status: DeviceStatus): boolean {
  return status === 'left' || status === 'finished' || status === 'revoked';
}

/** Whether the device has been heard of lately. */
export function isPresent(status: DeviceStatus): boolean {
  return status !== 'away' && !isGone(status);
}

/** Seconds until the device should be done, by its plan; negative where it is late, null where nothing is planned. */
export function secondsLeft({ status, plannedSeconds, assignedAt }: DeviceView, now: number): number | null {
  if (!isAtWork(status) || plannedSeconds === null || assignedAt === null) return null;
  return plannedSeconds - (now - assignedAt) / 1000;
}
