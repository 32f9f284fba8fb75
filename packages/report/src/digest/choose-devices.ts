import { chooseEvenly } from '../page/choose-evenly.ts';
import type { DeviceLimit } from './limit-devices.ts';

/** The devices of a round that the page shows: an even choice, the slowest always among them. */
export function chooseDevices<Device extends { readonly seconds: number }>(
  devices: readonly Device[],
  { devices: limit }: DeviceLimit,
): Device[] {
  const [first] = devices;
  if (first === undefined || devices.length <= limit) return [...devices];
  const slowest = devices.reduce((one, other) => (other.seconds > one.seconds ? other : one), first);
  const chosen = new Set([
    ...chooseEvenly(
      devices.filter((device) => device !== slowest),
      limit - 1,
    ),
    slowest,
  ]);
  return devices.filter((device) => chosen.has(device));
}
