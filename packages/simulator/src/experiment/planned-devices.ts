import type { Plan } from '@legend-fl/method';
import type { SimulatedDevice } from './draw-round-devices.ts';

/**
 * The devices of a plan, in its order, as they are in its round. At least one of them stays to the end (ours). One of the
 * fleet always does (see `drawPresences`), but the plan may leave it out: where all devices of a plan would vanish, the one
 * that would vanish last by the plan's times stays, so that every round has an update.
 */
export function plannedDevices(plan: Plan, present: readonly SimulatedDevice[]): readonly SimulatedDevice[] {
  const byId = new Map(present.map((device) => [device.id, device]));
  const devices = plan.devices.map(({ id, seconds }) => {
    const device = byId.get(id);
    if (!device) throw new Error(`the plan of ${plan.strategy} names ${id}, which is not there`);
    const { vanishes } = device;
    return { device, lastsSeconds: vanishes === null ? Number.POSITIVE_INFINITY : vanishes * seconds };
  });
  const most = devices.reduce((one, { lastsSeconds }) => Math.max(one, lastsSeconds), 0);
  const last = devices.findIndex(({ lastsSeconds }) => lastsSeconds === most);
  return devices.map(({ device }, place) => (place === last ? { ...device, vanishes: null } : device));
}
