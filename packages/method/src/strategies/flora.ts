import { type Adapter, type LoraModule, matrixDims, type Tensor } from '@legend-fl/adapter';
import { itemAt, seededRandom } from '@legend-fl/base';
import {
  addProducts,
  beginProducts,
  finishProducts,
  type ProductAverage,
} from '../aggregation/product-average.ts';
import { startAdapter } from '../aggregation/start-adapter.ts';
import type { GlobalState } from '../global-state.ts';
import { type DepthCost, depthCosts } from '../planning/depth-costs.ts';
import { configureFully } from '../planning/full-configuration.ts';
import { drawFactorA } from '../ranks/draw-factor-a.ts';
import { uniformRanks } from '../ranks/uniform-ranks.ts';
import type { RoundContext } from '../round-context.ts';
import { assemblePlan } from './assemble-plan.ts';
import type { Strategy } from './strategy.ts';
import { initialLora, type ResolvedOptions } from './strategy-options.ts';

/**
 * FLoRA (Wang et al., arXiv 2409.05976): averages of A and of B apart are not the average of their products. Stacking
 * A's rows and B's columns is, without noise (theirs; with p_k = n_k/Σ n and α_k/r_k put into one of the factors):
 *
 *   [B_1 … B_K]·[p_1·A_1; …; p_K·A_K] = Σ_k p_k·B_k·A_k = ΔW
 *
 * Every device adds ΔW to its frozen weights, and LoRA starts anew in every round (theirs). Ours:
 *
 * - ΔW of all rounds is summed up densely, as `GlobalState.merged`, and devices fetch that sum. It does for a device that
 *   has missed rounds, and it is what stacks don't exceed for long: one of n devices of rank r takes n·r·(in + out)
 *   values a module and round, the sum in·out for good, which is less from n = in·out/(r·(in + out)) devices on, 24 at
 *   rank 8 and a width of 384. In round 1 there is none yet.
 * - The new A is drawn from the number of the round alone, so that devices draw it themselves, and B is zero: but for the
 *   merged sum only the head is fetched. `memory` holds the number of the round that the adapter was drawn after.
 * - Every device has the same rank, that of `fedlora`, so that budgets are equal. The head is averaged by examples.
 */
export function flora(options: ResolvedOptions): Strategy<ProductAverage> {
  const name = 'flora';
  return {
    name,
    describe: () => ({
      name,
      summary:
        'All blocks on every device, the exact average of B·A merged into the weights, LoRA anew each round.',
      source: 'Wang et al., arXiv 2409.05976, 2024',
      options: { ranks: options.ranks, alphaPerRank: options.alphaPerRank },
    }),
    initialAdapter: ({ blocks }) => initialLora(uniformRanks(options.ranks, blocks), options),
    plan(context) {
      const ranks = uniformRanks(options.ranks, context.profile.blocks);
      const costs = costsWithMerged(context, ranks);
      const plan = assemblePlan(name, context, ranks, costs, configureFully(context, costs));
      return { ...plan, devices: plan.devices.map((device) => ({ ...device, received: 'head' })) };
    },
    deviceAdapter: startAdapter,
    begin: beginProducts,
    add: addProducts,
    finish: mergeProducts,
  };
}

/** The costs of LoRA, but for what is fetched: the head and the merged sum. */
function costsWithMerged(
  { profile, global, trunk, valueBytes }: RoundContext,
  ranks: readonly number[],
): readonly DepthCost[] {
  let values = profile.headParameters;
  for (const { data } of global.merged?.values() ?? []) values += data.length;
  const costs = depthCosts(profile, ranks, { trunk, valueBytes });
  return costs.map((cost) => ({ ...cost, bytesDown: valueBytes * values }));
}

function mergeProducts(sum: ProductAverage): GlobalState {
  const { global, round, head, minimumCohort } = sum;
  if (head.updates < minimumCohort) return global;
  const merged = new Map(global.merged);
  const adapter: Adapter = finishProducts(sum, ({ block, target, module, delta }) => {
    const path = `blocks.${block}.${target}`;
    merged.set(path, addRows(merged.get(path), delta));
    return drawModule(module, round, path);
  });
  return { adapter, memory: { drawnAfterRound: round }, merged };
}

/** before + delta as one float32 tensor [out, in]; delta alone where there is nothing before. */
function addRows(before: Tensor | undefined, delta: readonly Float64Array[]): Tensor {
  const columns = itemAt(delta, 0).length;
  const data = before ? before.data.slice() : new Float32Array(delta.length * columns);
  for (const [row, values] of delta.entries()) {
    for (const [column, value] of values.entries()) {
      const index = row * columns + column;
      data[index] = (data[index] ?? 0) + value;
    }
  }
  return { dims: [delta.length, columns], data };
}

/** A module of the same shapes that does nothing yet. */
function drawModule({ alpha, a, b }: LoraModule, round: number, path: string): LoraModule {
  const [rank, inputs] = matrixDims(a);
  const random = seededRandom(round, 'flora', path);
  return {
    kind: 'lora',
    alpha,
    a: { dims: a.dims, data: drawFactorA(rank, inputs, random) },
    b: { dims: b.dims, data: new Float32Array(b.data.length) },
  };
}
