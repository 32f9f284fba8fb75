import type { DeviceRecord } from '@legend-fl/runs';

/** A device's kind: what its record says, else its id without the number at the end. */
export function deviceKind(device: DeviceRecord): string {
  return typeof device.kind === 'string' ? device.kind : device.id.replace(/[-_ ]?\d+$/, '');
}
