import type { Factors } from '@legend-fl/adapter';
import { itemAt } from '@legend-fl/base';
import {
  completionTime,
  countParameters,
  type ModelProfile,
  memoryBytes,
  type TrainedPart,
  type Trunk,
} from '../cost-model.ts';
import type { DeviceContext } from '../round-context.ts';

/** What training to a certain depth takes of any device. None of the figures falls with depth. */
export interface DepthCost {
  readonly depth: number;
  /** See `RoundLoad`. */
  readonly quantizedBlocks?: number;
  readonly memoryBytes: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
}

/** How LoRA adapters travel in a round. */
export interface Exchange {
  readonly trunk: Trunk;
  /** Bytes per value in a message. */
  readonly valueBytes: number;
  /** What is trained and sent; both factors if left out. */
  readonly sent?: Factors;
  /** What is received, of the trained blocks with `trunk: base`, of all with `trunk: global`; both if left out. */
  readonly received?: Factors;
}

/** The costs of LoRA at depth 1 … L, computed once for all devices of a round. */
export function depthCosts(
  profile: ModelProfile,
  ranks: TrainedPart['ranks'],
  exchange: Exchange,
): readonly DepthCost[] {
  return Array.from({ length: profile.blocks }, (_, index) =>
    depthCost(profile, { depth: index + 1, ranks }, exchange),
  );
}

/** The costs of LoRA at one depth. */
export function depthCost(
  profile: ModelProfile,
  { depth, ranks }: TrainedPart,
  { trunk, valueBytes, sent = 'both', received = 'both' }: Exchange,
): DepthCost {
  const trained = countParameters(profile, { depth, ranks }, sent);
  const fetchedDepth = trunk === 'base' ? depth : profile.blocks;
  const fetched = countParameters(profile, { depth: fetchedDepth, ranks }, received);
  return {
    depth,
    memoryBytes: memoryBytes(profile, depth, trained),
    bytesUp: valueBytes * trained,
    bytesDown: valueBytes * fetched,
  };
}

/** Predicted completion times of a device at the depths of `costs`, seconds. */
export function timeDepths(device: DeviceContext, costs: readonly DepthCost[], work: RoundWork): number[] {
  return costs.map((cost) => timeDepth(device, cost, work));
}

/** The same at one depth. */
export function timeDepth(
  { capacity, trunkBlocks }: DeviceContext,
  cost: DepthCost,
  { blocks, localSteps }: RoundWork,
): number {
  const trunk = trunkBlocks === undefined ? blocks - cost.depth : itemAt(trunkBlocks, cost.depth - 1);
  return completionTime(capacity, { ...cost, trunkBlocks: trunk, localSteps }).seconds;
}

interface RoundWork {
  /** L. */
  readonly blocks: number;
  /** τ. */
  readonly localSteps: number;
}
