import type { ModelProfile } from '../cost-model.ts';
import type { DevicePlan } from '../plan.ts';
import { type DepthCost, depthCost, type Exchange, timeDepth } from '../planning/depth-costs.ts';
import type { DeviceContext, RoundContext } from '../round-context.ts';

/** What training all blocks takes of any device. */
export function fullDepthCost(
  profile: ModelProfile,
  ranks: readonly number[],
  exchange: Exchange,
): DepthCost {
  return depthCost(profile, { depth: profile.blocks, ranks }, exchange);
}

/** The plan of a device that trains all blocks, with ranks of its own, at the cost that they have. */
export function planFullDepth(
  { profile: { blocks }, localSteps, trunk }: RoundContext,
  device: DeviceContext,
  ranks: readonly number[],
  cost: DepthCost,
): DevicePlan {
  const { depth, memoryBytes, bytesUp, bytesDown } = cost;
  const seconds = timeDepth(device, cost, { blocks, localSteps });
  return { id: device.id, depth, ranks, trunk, seconds, memoryBytes, bytesUp, bytesDown };
}
