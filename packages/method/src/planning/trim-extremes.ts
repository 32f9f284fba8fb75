import { itemAt } from '@legend-fl/base';
import type { Candidate, ConfigurationContext } from './configuration.ts';
import { type DepthCost, timeDepth } from './depth-costs.ts';

/**
 * At each end, one device of so many is trimmed. Fleets have classes of machines, and a class is rarely less than a tenth
 * of its fleet, so the fastest that remains is mostly still of the fastest class.
 */
const DEVICES_PER_TRIMMED = 10;

/** Of two devices, nobody can tell which one lies. */
const FEWEST_TO_TRIM = 3;

/** A tenth of `count` values is trimmed at each end, at least 1 from three on: as many false ones decide nothing. */
export function countTrimmed(count: number): number {
  return count < FEWEST_TO_TRIM ? 0 : Math.max(1, Math.floor(count / DEVICES_PER_TRIMMED));
}

export interface TrimmedFleet {
  /** Never empty where the candidates are not, in their order. */
  readonly middle: readonly Candidate[];
  /** What the fastest of them would take for all L blocks. */
  readonly fastestSeconds: number;
}

/**
 * Trims the m fastest and the m slowest devices, m by `countTrimmed` (ours; as in a trimmed mean).
 *
 * Devices are ordered by t_i(L), the time that the cost model gives for all blocks, whatever a device's memory and bytes
 * budget hold. So little memory does not pass for speed, and the order says nothing but how fast a device claims to be.
 *
 * With at most m false claims, whatever they are, the times of the middle lie between those of honest devices: of the m + 1
 * fastest at least one is honest, and so is one of the m + 1 slowest.
 *
 * @param costs of depth 1 … L
 */
export function trimExtremes(
  candidates: readonly Candidate[],
  { profile: { blocks }, localSteps }: ConfigurationContext,
  costs: readonly DepthCost[],
): TrimmedFleet {
  const fullDepth = itemAt(costs, -1);
  const seconds = Float64Array.from(candidates, ({ device }) =>
    timeDepth(device, fullDepth, { blocks, localSteps }),
  );
  const count = candidates.length;
  const trimmed = countTrimmed(count);
  const ascending = seconds.toSorted();
  const [least, most] = [itemAt(ascending, trimmed), itemAt(ascending, count - 1 - trimmed)];
  const isWithin = (_: Candidate, index: number) => {
    const own = itemAt(seconds, index);
    return own >= least && own <= most;
  };
  return { middle: candidates.filter(isWithin), fastestSeconds: least };
}
