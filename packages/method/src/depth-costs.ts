import { type ModelProfile, memoryBytes, messageBytes, type TrainedPart, type Trunk } from './cost-model.ts';

/** What training to a certain depth takes of any device. None of the figures falls with depth. */
export interface DepthCost {
  readonly depth: number;
  readonly memoryBytes: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
}

/** The costs of depth 1 … L, computed once for all devices of a round. */
export function depthCosts(
  profile: ModelProfile,
  ranks: TrainedPart['ranks'],
  trunk: Trunk,
): readonly DepthCost[] {
  const allBytes = messageBytes(profile, { depth: profile.blocks, ranks });
  return Array.from({ length: profile.blocks }, (_, index) => {
    const depth = index + 1;
    const bytesUp = messageBytes(profile, { depth, ranks });
    return {
      depth,
      memoryBytes: memoryBytes(profile, { depth, ranks }),
      bytesUp,
      bytesDown: trunk === 'base' ? bytesUp : allBytes,
    };
  });
}
