import { itemAt } from '@legend-fl/base';
import type { ExcludedDevice } from '../plan.ts';
import { requireNonNegative } from '../require-non-negative.ts';
import type { DeviceContext, RoundContext } from '../round-context.ts';
import { type DepthCost, timeDepths } from './depth-costs.ts';
import { fitDevices } from './fit-devices.ts';
import { greatestShared } from './minimum-cohort.ts';

/** The depths of one round. */
export interface Configuration {
  /** T*, the deadline that depths were fitted to. */
  readonly targetSeconds: number;
  /** In the order of the context's devices. */
  readonly devices: readonly ConfiguredDevice[];
  /** In the order of the context's devices. */
  readonly excluded: readonly ExcludedDevice[];
}

export interface ConfiguredDevice {
  readonly id: string;
  readonly depth: number;
  readonly seconds: number;
}

/** What a configuration looks at. */
export type ConfigurationContext = Pick<RoundContext, 'profile' | 'localSteps' | 'devices' | 'minimumCohort'>;

/** A device and its completion times at depth 1 … kmax. They ascend, but where a warm cache makes a depth quicker. */
export interface Candidate {
  readonly device: DeviceContext;
  readonly seconds: readonly number[];
}

/**
 * The devices that can train a block at all within memory and bytes budget, and the others with a reason. Throws
 * InputError as `fitDevices` does, and `figure-invalid` for a time beyond all numbers.
 *
 * @param costs of depth 1 … L
 */
export function listCandidates(
  { devices, profile, localSteps }: ConfigurationContext,
  costs: readonly DepthCost[],
): { readonly candidates: readonly Candidate[]; readonly excluded: readonly ExcludedDevice[] } {
  requireNonNegative({ localSteps }, 'plan');
  const { fitting, excluded } = fitDevices(devices, costs, 1);
  const costsUpTo = costs.map((_, index) => costs.slice(0, index + 1));
  const work = { blocks: profile.blocks, localSteps };
  const candidates = fitting.map(({ device, deepest }) => {
    const seconds = timeDepths(device, itemAt(costsUpTo, deepest - 1), work);
    requireFinite(seconds, device.id);
    return { device, seconds };
  });
  return { candidates, excluded };
}

/** The greatest depth that the device finishes by the deadline; where there is none, the one that takes it least. */
export function fitToDeadline({ device, seconds }: Candidate, targetSeconds: number): ConfiguredDevice {
  const inTime = seconds.findLastIndex((each) => each <= targetSeconds);
  const index = inTime < 0 ? seconds.indexOf(Math.min(...seconds)) : inTime;
  return { id: device.id, depth: index + 1, seconds: itemAt(seconds, index) };
}

/**
 * A depth for every candidate, such that no block is trained by fewer devices than the minimum cohort: whoever is deeper
 * than `greatestShared` allows is fitted again with only so many depths to choose from. One more pass does it, unless a
 * trunk cache makes the best of fewer depths a still lower one.
 *
 * @param fit gives depth 0 to a device that is left out
 */
export function fitToCohort<Fitted extends { readonly depth: number }>(
  candidates: readonly Candidate[],
  { minimumCohort = 1 }: Pick<RoundContext, 'minimumCohort'>,
  fit: (candidate: Candidate) => Fitted,
): readonly Fitted[] {
  if (minimumCohort <= 1) return candidates.map(fit);
  let fitted = candidates.map(({ device, seconds }) => ({ device, seconds, own: fit({ device, seconds }) }));
  for (;;) {
    const training = fitted.filter(({ own }) => own.depth > 0);
    const most = greatestShared(training, ({ own }) => own.depth, minimumCohort);
    if (training.every(({ own }) => own.depth <= most)) return fitted.map(({ own }) => own);
    fitted = fitted.map((entry) => {
      if (entry.own.depth <= most) return entry;
      const { device, seconds } = entry;
      return { device, seconds, own: fit({ device, seconds: seconds.slice(0, most) }) };
    });
  }
}

function requireFinite(seconds: readonly number[], id: string): void {
  for (const each of seconds) {
    if (!(each < Number.POSITIVE_INFINITY)) requireNonNegative({ seconds: each }, `completion time of ${id}`);
  }
}
