import { seededRandom } from '@legend-fl/base';
import type { Fleet } from './fleet.ts';
import { stretchRandom } from './stretch-random.ts';

/** Whether a device is there in a round, and to its end. */
export interface Presence {
  /** False where the device sits out this round. */
  readonly available: boolean;
  /**
   * Share of its completion time, in [0, 1), after which an available device vanishes: what it trained is lost, and it
   * is back in the next round unless it sits that one out. Null where it stays, and where it is absent.
   */
  readonly vanishes: number | null;
}

/**
 * The devices, each with whether it is there in one round; a function of its arguments alone (ours):
 *
 * - Absence: every `absenceRounds` rounds, from a phase of its own, a device draws whether it is away until it draws
 *   again, with probability `absence`. So that share of the devices is away in any round, and an absence lasts
 *   `absenceRounds / (1 - absence)` rounds on average. Where all would be away, the one nearest to staying is there.
 * - Dropout: a device that is there vanishes with probability `dropout`, at a moment uniform over its completion time.
 *   Where all would vanish, the one nearest to staying stays.
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

/** Which draws, uniform in [0, 1) or -1 for no one, escape a fate of this probability; the greatest draw always does. */
function staying(draws: readonly number[], probability: number): boolean[] {
  const threshold = Math.min(
    probability,
    draws.reduce((one, other) => Math.max(one, other), 0),
  );
  return draws.map((draw) => draw >= threshold);
}
