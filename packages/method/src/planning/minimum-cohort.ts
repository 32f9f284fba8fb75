import type { DeviceContext } from '../round-context.ts';
import { splitAwaited } from './awaited.ts';

interface Entry {
  readonly device: DeviceContext;
}

/**
 * The devices that count towards the minimum cohort c: the awaited ones, since others may well not deliver; all of them
 * where fewer than c are awaited.
 */
export function countedDevices<Each extends Entry>(
  entries: readonly Each[],
  minimumCohort = 1,
): readonly Each[] {
  const { awaited } = splitAwaited(entries);
  return awaited.length >= minimumCohort ? awaited : entries;
}

/**
 * The greatest size (a depth, a rank) that at least c of the devices have, which is the c-th greatest: with nobody above
 * it, whatever one device trains, at least c do. Infinity for c = 1, and where there are fewer than c devices, whose round
 * will not be aggregated anyhow.
 */
export function greatestShared<Each extends Entry>(
  entries: readonly Each[],
  sizeOf: (entry: Each) => number,
  minimumCohort = 1,
): number {
  if (minimumCohort <= 1) return Number.POSITIVE_INFINITY;
  const sizes = countedDevices(entries, minimumCohort).map(sizeOf);
  return sizes.sort((one, other) => other - one)[minimumCohort - 1] ?? Number.POSITIVE_INFINITY;
}
