import type { Capacity, CapacityEstimator } from '../capacity.ts';
import type { DeviceCapacity } from './round-state.ts';

/** The estimates after one observation of one device; a device seen for the first time goes to the end. */
export function observeCapacity(
  capacities: readonly DeviceCapacity[],
  id: string,
  observed: Capacity,
  estimator: CapacityEstimator,
): readonly DeviceCapacity[] {
  const index = capacities.findIndex((entry) => entry.id === id);
  const capacity = estimator.estimate(capacities[index]?.capacity, observed);
  return index < 0 ? [...capacities, { id, capacity }] : capacities.with(index, { id, capacity });
}
