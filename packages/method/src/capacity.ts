import { InputError } from '@legend-fl/base';

/** What one device can do. Times are those of one local step; transfers are counted once per round. */
export interface Capacity {
  /** Forward pass through one block. */
  readonly forwardSecondsPerBlock: number;
  /** Backward pass through one trained block. */
  readonly backwardSecondsPerBlock: number;
  readonly uploadSecondsPerByte: number;
  readonly downloadSecondsPerByte: number;
  /** Memory that training may take. */
  readonly memoryBytes: number;
}

/** How the capacity that a round is planned with follows from the capacities observed. */
export interface CapacityEstimator {
  /** `previous` is the last estimate of the same device, undefined before its first. */
  estimate(previous: Capacity | undefined, observed: Capacity): Capacity;
}

export interface NamedEstimator extends CapacityEstimator {
  readonly name: EstimatorName;
  /**
   * Which observation `estimate` has to be given: what the device reported of the last round (`past`), or its true
   * capacity in the round that is being planned (`present`), which only a simulation knows.
   */
  readonly observes: 'past' | 'present';
}

export type EstimatorName = 'moving-average' | 'last-value' | 'oracle';

/** Weight of the previous estimate in the moving average (ours). */
export const MOVING_AVERAGE_WEIGHT = 0.8;

const ESTIMATORS: { readonly [name in EstimatorName]: NamedEstimator } = {
  'moving-average': { name: 'moving-average', observes: 'past', estimate: averageWithPrevious },
  'last-value': { name: 'last-value', observes: 'past', estimate: (_previous, observed) => observed },
  oracle: { name: 'oracle', observes: 'present', estimate: (_previous, observed) => observed },
};

/** Throws InputError `estimator-unknown`. */
export function estimatorNamed(name: string): NamedEstimator {
  const estimator = Object.values(ESTIMATORS).find((known) => known.name === name);
  if (estimator !== undefined) return estimator;
  throw new InputError({
    code: 'estimator-unknown',
    expected: `one of ${Object.keys(ESTIMATORS).join(', ')}`,
    got: name,
    where: 'estimator',
    todo: 'Choose one of these estimators.',
  });
}

/**
 * x ← ρ·x + (1-ρ)·x̂ for each time, ρ = 0.8, the first x̂ as it is.
 * Source: the paper estimates capacities from reported status; the average is ours.
 * Memory is a limit, not a speed, so its last value counts: an average could promise more than there is.
 */
function averageWithPrevious(previous: Capacity | undefined, observed: Capacity): Capacity {
  if (previous === undefined) return observed;
  const average = (before: number, now: number) =>
    MOVING_AVERAGE_WEIGHT * before + (1 - MOVING_AVERAGE_WEIGHT) * now;
  return {
    forwardSecondsPerBlock: average(previous.forwardSecondsPerBlock, observed.forwardSecondsPerBlock),
    backwardSecondsPerBlock: average(previous.backwardSecondsPerBlock, observed.backwardSecondsPerBlock),
    uploadSecondsPerByte: average(previous.uploadSecondsPerByte, observed.uploadSecondsPerByte),
    downloadSecondsPerByte: average(previous.downloadSecondsPerByte, observed.downloadSecondsPerByte),
    memoryBytes: observed.memoryBytes,
  };
}
