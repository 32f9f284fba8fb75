import { type LoraModule, rankOf } from '@legend-fl/adapter';
import { itemAt, seededRandom } from '@legend-fl/base';
import {
  type AveragedModule,
  addProducts,
  beginProducts,
  finishProducts,
  type ProductAverage,
} from '../aggregation/product-average.ts';
import { startAdapter } from '../aggregation/start-adapter.ts';
import { truncatedSvd } from '../algebra/truncated-svd.ts';
import type { GlobalState } from '../global-state.ts';
import { drawFactorA } from '../ranks/draw-factor-a.ts';
import { planRankByDevice, rankRange } from './rank-by-device.ts';
import type { Strategy } from './strategy.ts';
import { initialLora, type ResolvedOptions } from './strategy-options.ts';

/**
 * FlexLoRA (Bai et al., arXiv 2402.11505): devices train ranks of their own; the server forms what they say at full
 * size and hands each of them the best approximation that its rank allows (theirs):
 *
 *   ΔW = Σ_k p_k·(α_k/r_k)·B_k·A_k = U·S·Vᵀ with p_k = n_k/Σ n,   device k gets U[:, :r_k], S[:r_k], V[:, :r_k]
 *
 * Ours: ranks by device, see `planRankByDevice`; S is split evenly, so that with s = α/r
 *
 *   B = U·√(S/s),   A = √(S/s)·Vᵀ,   s·B·A = U·S·Vᵀ
 *
 * and a device's truncation of B and A is that of the decomposition. The global adapter keeps rank r_max, so devices get
 * what they would get of the whole ΔW. Where ΔW has a rank below r_max, the rest of B is zero and of A drawn anew, for
 * ranks that are zero in both could never be trained again. The decomposition is `truncatedSvd`. The head is averaged by
 * examples.
 */
export function flexlora(options: ResolvedOptions): Strategy<ProductAverage> {
  const name = 'flexlora';
  return {
    name,
    describe: () => ({
      name,
      summary: 'All blocks with a rank by device, B·A averaged at full size and decomposed anew.',
      source: 'Bai et al., arXiv 2402.11505, NeurIPS 2024',
      options: { ranks: options.ranks, alphaPerRank: options.alphaPerRank },
    }),
    initialAdapter: ({ blocks }) =>
      initialLora(new Array<number>(blocks).fill(rankRange(options.ranks, blocks).most), options),
    plan: (context) => planRankByDevice(name, context, rankRange(options.ranks, context.profile.blocks)),
    deviceAdapter: startAdapter,
    begin: beginProducts,
    add: addProducts,
    finish: decomposeProducts,
  };
}

function decomposeProducts(sum: ProductAverage): GlobalState {
  const { global, round, head, minimumCohort } = sum;
  if (head.updates < minimumCohort) return global;
  return { ...global, adapter: finishProducts(sum, (averaged) => decompose(averaged, round)) };
}

function decompose({ block, target, module, delta }: AveragedModule, round: number): LoraModule {
  const rank = rankOf(module);
  const [outputs, inputs] = [delta.length, itemAt(delta, 0).length];
  const random = seededRandom(round, 'flexlora', block, target);
  const triplets = truncatedSvd(delta, rank, random);
  const a = new Float32Array(rank * inputs);
  const b = new Float32Array(outputs * rank);
  for (const [r, { value, left, right }] of triplets.entries()) {
    const root = Math.sqrt((value * rank) / module.alpha);
    a.set(
      right.map((entry) => root * entry),
      r * inputs,
    );
    for (const [output, entry] of left.entries()) b[output * rank + r] = root * entry;
  }
  a.set(drawFactorA(rank - triplets.length, inputs, random), triplets.length * inputs);
  return {
    kind: 'lora',
    alpha: module.alpha,
    a: { dims: [rank, inputs], data: a },
    b: { dims: [outputs, rank], data: b },
  };
}
