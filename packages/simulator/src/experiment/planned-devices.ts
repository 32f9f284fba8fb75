import type { Plan } from '@legend-fl/method';
import type { SimulatedDevice } from './draw-round-devices.ts';

/**
 * The devices of a plan, in its order, as they are in its round. At least one of them stays to the end (ours), as one
 * of the whole fleet does (see `drawPresences`): a plan may leave that one out, and where all of its own would vanish,
 * the one that would vanish last by the plan's times stays, so that no round is without an update.
 */
export function plannedDevices(plan: Plan, present: readonly SimulatedDevice[]): readonly SimulatedDevice[] {
  const byId = new Map(present.map((device) => [device.id, device]));
  const devices = plan.devices.map(({ id }) => {
    const device = byId.get(id);
    if (!device) throw new Error(`the plan of ${plan.strategy} names ${id}, which is not there`);
    return device;
  });
  if (devices.some(({ vanishes }) => vanishes === null)) return devices;
  const moments = devices.map(({ vanishes }, place) => (vanishes ?? 1) * (plan.devices[place]?.seconds ?? 0));
  const last = moments.reduce((best, moment, place) => (moment > (moments[best] ?? 0) ? place : best), 0);
  return devices.map((device, place) => (place === last ? { ...device, vanishes: null } : device));
}
