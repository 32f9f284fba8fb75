import { type Adapter, restrictToDepth } from '@legend/adapter';
import type { DevicePlan } from '../plan.ts';
import type { GlobalState } from './strategy.ts';

/** The blocks that the device trains, or with `trunk: global` all blocks, and the head. */
export function startAdapter({ adapter }: GlobalState, { depth, trunk }: DevicePlan): Adapter {
  return trunk === 'base' ? restrictToDepth(adapter, depth) : adapter;
}
