import type { Capacity, CapacityEstimator } from '../capacity.ts';
import { type DeviceTable, findEntry, putEntry } from './device-table.ts';
import type { DeviceCapacity } from './round-state.ts';

/** The estimates after one observation of one device. */
export function observeCapacity(
  capacities: DeviceTable<DeviceCapacity>,
  id: string,
  observed: Capacity,
  estimator: CapacityEstimator,
): DeviceTable<DeviceCapacity> {
  const previous = findEntry(capacities, id)?.capacity;
  return putEntry(capacities, { id, capacity: estimator.estimate(previous, observed) });
}
