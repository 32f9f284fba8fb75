import { type Random, seededRandom } from '@legend-fl/base';
import type { Capacity } from '@legend-fl/method';
import { drawPresences, type Presence } from './draw-presences.ts';
import type { DeviceProfile, Fleet, KindsFleet } from './fleet.ts';
import { type FleetKind, listDevices } from './list-devices.ts';
import { stretchRandom } from './stretch-random.ts';

/** Floating-point operations of one local step of the real model, over all examples and tokens of its batch. */
export interface BlockWork {
  readonly forwardFlopsPerBlock: number;
  readonly backwardFlopsPerBlock: number;
}

export interface DeviceRound extends Presence {
  readonly id: string;
  /** Kind and power mode; null if the fleet file lists the devices' figures. */
  readonly kind: string | null;
  readonly mode: string | null;
  readonly capacity: Capacity;
}

export interface FleetMoment {
  readonly devices?: number | undefined;
  /** From 1. */
  readonly round: number;
  readonly seed: number;
  readonly work: BlockWork;
}

/**
 * The capacity of every device of the fleet in one round. It depends only on the arguments, not on earlier rounds, so a
 * resumed run needs no state of the fleet. How a fleet of kinds changes is our assumption:
 *
 * - Compute: a block takes flops / (utilisation × the mode's fp32 peak). Each device draws its mode uniformly from those of
 *   its kind, anew every `modeRedrawRounds` rounds, starting at its own phase.
 * - Bandwidth: a device stands at one of the G distances, drawn once. Every round, the rate of each direction is drawn
 *   uniformly from the band of that distance: of [min, max], the part [(G-1-g)/(G+1), (G+1-g)/(G+1)] where g distances
 *   are closer. Closer is faster, neighbouring bands overlap by half, and together they cover the range.
 * - Absence and dropout: see `drawPresences`; a fleet of listed devices has these too.
 */
export function deviceCapacities(fleet: Fleet, moment: FleetMoment): DeviceRound[] {
  return drawPresences(listDevices(fleet, moment.devices), fleet, moment).map(
    ({ available, vanishes, ...device }) => ({
      ...('fixed' in device ? fixedDevice(device.fixed) : drawnDevice(device.id, device.drawn, moment)),
      available,
      vanishes,
    }),
  );
}

type PresentDevice = Omit<DeviceRound, keyof Presence>;

function fixedDevice(device: DeviceProfile): PresentDevice {
  return {
    id: device.id,
    kind: null,
    mode: null,
    capacity: {
      forwardSecondsPerBlock: device.forwardSecondsPerBlock,
      backwardSecondsPerBlock: device.backwardSecondsPerBlock,
      uploadSecondsPerByte: 1 / device.uploadBytesPerSecond,
      downloadSecondsPerByte: 1 / device.downloadBytesPerSecond,
      memoryBytes: device.memoryBytes,
    },
  };
}

function drawnDevice(
  id: string,
  { fleet, kind }: { readonly fleet: KindsFleet; readonly kind: FleetKind },
  { round, seed, work }: FleetMoment,
): PresentDevice {
  const mode = drawFrom(
    kind.modes,
    stretchRandom('mode', id, { round, rounds: fleet.modeRedrawRounds, seed }),
  );
  const flopsPerSecond = fleet.utilisation * mode.fp32Tflops * 1e12;
  const distance = drawFrom(fleet.bandwidthMbps.distancesMetres, seededRandom(seed, 'distance', id));
  const { low, high } = bandwidthBand(fleet.bandwidthMbps, distance);
  const random = seededRandom(seed, 'bandwidth', id, round);
  const secondsPerByte = () => 8 / ((low + (high - low) * random()) * 1e6);
  return {
    id,
    kind: kind.kind,
    mode: mode.mode,
    capacity: {
      forwardSecondsPerBlock: work.forwardFlopsPerBlock / flopsPerSecond,
      backwardSecondsPerBlock: work.backwardFlopsPerBlock / flopsPerSecond,
      uploadSecondsPerByte: secondsPerByte(),
      downloadSecondsPerByte: secondsPerByte(),
      memoryBytes: kind.memoryGB * 1e9,
    },
  };
}

/** Lowest and highest Mb/s at one of the fleet's distances; see `deviceCapacities`. */
function bandwidthBand(
  { min, max, distancesMetres }: KindsFleet['bandwidthMbps'],
  distance: number,
): { readonly low: number; readonly high: number } {
  const groups = distancesMetres.length;
  const place = distancesMetres.filter((other) => other < distance).length;
  const rateAt = (part: number) => min + ((max - min) * part) / (groups + 1);
  return { low: rateAt(groups - 1 - place), high: rateAt(groups + 1 - place) };
}

function drawFrom<Item>(items: readonly Item[], random: Random): Item {
  return items[random.integer(items.length)] as Item;
}
