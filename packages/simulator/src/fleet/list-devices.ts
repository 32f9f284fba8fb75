import { apportion, InputError, requireDefined } from '@legend-fl/base';
import type { DeviceProfile, Fleet, KindsFleet } from './fleet.ts';

/** A device as the fleet file describes it, before its changes from round to round are drawn. */
export type FleetDevice =
  | { readonly id: string; readonly drawn: { readonly fleet: KindsFleet; readonly kind: FleetKind } }
  | { readonly id: string; readonly fixed: DeviceProfile };

export type FleetKind = KindsFleet['kinds'][number];

/**
 * The fleet's devices, kind after kind. A fleet of kinds can have any size and keeps the kinds' proportions, see `apportion`;
 * ids are `<kind>-001` and on, whatever the size. Without `devices` the fleet is as large as its file says.
 * @throws InputError `fleet-size`
 */
export function listDevices(fleet: Fleet, devices?: number): FleetDevice[] {
  if (devices !== undefined && !(Number.isInteger(devices) && devices > 0)) {
    throw sizeError('a whole number above 0', devices);
  }
  if ('devices' in fleet) {
    const listed = fleet.devices.length;
    if (devices !== undefined && devices > listed) {
      throw sizeError(`at most ${listed}, as many as the fleet file lists`, devices);
    }
    return fleet.devices.slice(0, devices).map((fixed) => ({ id: fixed.id, fixed }));
  }
  const asListed = fleet.kinds.map(({ count }) => count);
  const counts = devices === undefined ? asListed : apportion(asListed, devices);
  return fleet.kinds.flatMap((kind, index) =>
    Array.from({ length: requireDefined(counts[index], `count of ${kind.kind}`) }, (_, position) => ({
      id: `${kind.kind}-${String(position + 1).padStart(3, '0')}`,
      drawn: { fleet, kind },
    })),
  );
}

function sizeError(expected: string, got: number): InputError {
  return new InputError({
    code: 'fleet-size',
    expected,
    got: String(got),
    where: 'number of devices',
    todo: 'Choose another number, or another fleet.',
  });
}
