import type { Plan } from '../plan.ts';
import { awaitedSeconds } from './awaited.ts';

/**
 * How long a round should be expected to take: min(T, spread · median of the awaited devices' planned seconds), T the
 * plan's `roundSeconds` (ours).
 *
 * T is a maximum, so that one device which claims to be slow makes every round as long as it says. Half of the devices would
 * have to lie to move the median as far. Of two middle ones it is the upper: with two devices, a false claim of speed then
 * doesn't make the round too short for the honest one; a false claim of slowness still makes it long, as far as the caller
 * lets it.
 *
 * @param spread times the median that a device may take, at least 1; those that take longer are expected to be late
 */
export function robustRoundSeconds(plan: Pick<Plan, 'roundSeconds' | 'devices'>, spread: number): number {
  const ascending = awaitedSeconds(plan.devices).toSorted((one, other) => one - other);
  const median = ascending[Math.floor(ascending.length / 2)] ?? plan.roundSeconds;
  return Math.min(plan.roundSeconds, spread * median);
}
