import { type Adapter, restrictToDepth } from '@legend-fl/adapter';
import type { GlobalState } from '../global-state.ts';
import type { DevicePlan } from '../plan.ts';
import { truncateRanks } from '../ranks/truncate-ranks.ts';

/**
 * The blocks that the device trains, at most of the ranks that it is planned with, or with `trunk: global` all blocks,
 * those below its depth as they are; and the head.
 */
export function startAdapter({ adapter }: GlobalState, { depth, ranks, trunk }: DevicePlan): Adapter {
  const truncated = truncateRanks(adapter, ranks);
  return trunk === 'base' ? restrictToDepth(truncated, depth) : truncated;
}
