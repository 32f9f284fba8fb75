import {
  completionTime,
  countParameters,
  type Factors,
  type ModelProfile,
  memoryBytes,
  type TrainedPart,
  type Trunk,
} from '../cost-model.ts';
import type { DeviceContext } from '../strategies/strategy.ts';

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
  { trunk, valueBytes, sent = 'both', received = 'both' }: Exchange,
): readonly DepthCost[] {
  const all = countParameters(profile, { depth: profile.blocks, ranks }, received);
  return Array.from({ length: profile.blocks }, (_, index) => {
    const depth = index + 1;
    const trained = countParameters(profile, { depth, ranks }, sent);
    const fetched = trunk === 'base' ? countParameters(profile, { depth, ranks }, received) : all;
    return {
      depth,
      memoryBytes: memoryBytes(profile, depth, trained),
      bytesUp: valueBytes * trained,
      bytesDown: valueBytes * fetched,
    };
  });
}

/** Predicted completion times of a device at the depths of `costs`, seconds. */
export function timeDepths(
  { capacity, trunkBlocks }: DeviceContext,
  costs: readonly DepthCost[],
  { blocks, localSteps }: { readonly blocks: number; readonly localSteps: number },
): number[] {
  return costs.map((cost) => {
    const trunk = trunkBlocks?.[cost.depth - 1] ?? blocks - cost.depth;
    return completionTime(capacity, { ...cost, trunkBlocks: trunk, localSteps }).seconds;
  });
}
