import { seededRandom } from '@legend-fl/base';
import type { Fleet } from './fleet.ts';
import { stretchRandom } from './stretch-random.ts';

/** Whether a device is present in a round, and stays to its end. */
export interface Presence {
  /** False: the device sits out this round. */
  readonly available: boolean;
  /**
   * Share of its completion time, in [0, 1), after which an available device vanishes: its update is lost, and it is back in
   * the next round unless it sits that one out. Null if it stays or is absent.
   */
  readonly vanishes: number | null;
}

/**
 * The devices with their presence in one round, which depends only on the arguments. Our rules:
 *
 * - Absence: every `absenceRounds` rounds, starting at its own phase, a device draws whether it is absent until the next draw,
 *   with probability `absence`. So that share of the devices is absent in any round, and an absence lasts
 *   `absenceRounds / (1 - absence)` rounds on average. If all would be absent, the one with the highest draw is present.
 * - Dropout: a present device vanishes with probability `dropout`, at a moment uniform over its completion time. If all
 *   would vanish, the one with the highest draw stays.
 */
export function drawPresences<Device extends { readonly id: string }>(
  devices: readonly Device[],
  { absence, absenceRounds, dropout }: Pick<Fleet, 'absence' | 'absenceRounds' | 'dropout'>,
  { round, seed }: { readonly round: number; readonly seed: number },
): (Device & Presence)[] {
  const stretch = { round, rounds: absenceRounds, seed };
  const available = staying(
    devices.map(({ id }) => stretchRandom('presence', id, stretch)()),
    absence,
  );
  const dropouts = devices.map(({ id }, index) => {
    const random = seededRandom(seed, 'dropout', id, round);
    return { draw: available[index] ? random() : -1, moment: random() };
  });
  const stays = staying(
    dropouts.map(({ draw }) => draw),
    dropout,
  );
  return devices.map((device, index) => {
    const isThere = available[index] === true;
    const vanishes = isThere && !stays[index] ? (dropouts[index]?.moment ?? null) : null;
    return { ...device, available: isThere, vanishes };
  });
}

/** Which draws escape an event of this probability; the greatest always does. Draws are uniform in [0, 1), or -1 for none. */
function staying(draws: readonly number[], probability: number): boolean[] {
  const threshold = Math.min(
    probability,
    draws.reduce((one, other) => Math.max(one, other), 0),
  );
  return draws.map((draw) => draw >= threshold);
}
