import { seededRandom } from '@legend-fl/base';

/** A device that a round may call. */
interface Candidate {
  readonly id: string;
  /** False: the round does not wait for it; true if left out. */
  readonly awaited?: boolean;
}

/**
 * The devices that take part in a round, in their order: `count` of those that are there, drawn anew every round (McMahan
 * et al., arXiv 1602.05629). Devices that the round does not wait for only get the places that are left.
 */
export function drawParticipants<Device extends Candidate>(
  devices: readonly Device[],
  { count, seed, round }: { readonly count: number; readonly seed: number; readonly round: number },
): readonly Device[] {
  if (devices.length <= count) return devices;
  const shuffled = seededRandom(seed, 'participation', round).shuffle([...devices.entries()]);
  const isAwaited = ([, { awaited }]: readonly [number, Device]) => awaited !== false;
  const [first, last] = [shuffled.filter(isAwaited), shuffled.filter((entry) => !isAwaited(entry))];
  const drawn = new Set([...first, ...last].slice(0, count).map(([place]) => place));
  return devices.filter((_, place) => drawn.has(place));
}
