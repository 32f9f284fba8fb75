import type { Factors } from '@legend-fl/adapter';
import { countParameters, memoryBytes } from '../cost-model.ts';
import type { DevicePlan } from '../plan.ts';
import type { RoundContext } from '../round-context.ts';

/** What a device's training can take at least. */
export type LeastCost = Pick<DevicePlan, 'memoryBytes' | 'bytesUp' | 'bytesDown'>;

/**
 * Tells the least memory and traffic that the depth and ranks of a device can take, whatever its strategy predicts; zero
 * where the global adapter is not LoRA. Received are at least the trained blocks, with `trunk: global` more of them.
 */
export function leastCosts(context: RoundContext): (plan: DevicePlan) => LeastCost {
  const modules = context.global.adapter.blocks.flatMap((block) => [...block.values()]);
  if (!modules.every(({ kind }) => kind === 'lora'))
    return () => ({ memoryBytes: 0, bytesUp: 0, bytesDown: 0 });
  // Of many devices, most train alike.
  const known = new Map<string, LeastCost>();
  return (plan) => {
    const { factors, quantizedBlocks } = plan.training ?? {};
    const key = [plan.ranks.join(), plan.received, factors, quantizedBlocks].join(';');
    const cost = known.get(key) ?? leastCost(plan, context);
    known.set(key, cost);
    return cost;
  };
}

function leastCost(
  { depth, ranks, received = 'both', training }: DevicePlan,
  { profile, valueBytes }: RoundContext,
): LeastCost {
  const below = new Array<number>(profile.blocks - depth).fill(0);
  const count = (factors: Factors) =>
    countParameters(profile, { depth, ranks: [...below, ...ranks] }, factors);
  const trained = count(training?.factors ?? 'both');
  return {
    memoryBytes: memoryBytes(profile, depth, trained, training?.quantizedBlocks),
    bytesUp: valueBytes * trained,
    bytesDown: valueBytes * (received === 'head' ? profile.headParameters : count(received)),
  };
}
