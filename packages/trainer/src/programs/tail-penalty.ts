import { type Adapter, moduleTensorName, rankOf, type TailPenalty } from '@legend-fl/adapter';
import type { GraphBuilder, Value } from '@legend-fl/compiler';
import { scalar } from '../adapter-feeds.ts';
import { keptRanks } from '../local-training.ts';
import type { Feeds, RuntimeTensor } from '../runtime/runtime.ts';

/** Keeps the gradient of √x at 0 finite. */
const EPSILON = 1e-20;
const WEIGHT = 'tail_penalty_weight';

function maskName(block: number, target: string): string {
  return `blocks.${block}.${target}.tail_mask`;
}

/**
 * weight·Σ ‖A[keep:, :]‖_F·‖B[:, keep:]‖_F over the LoRA modules of `sites`, a scalar (HetLoRA, arXiv 2401.06432,
 * rank self-pruning). Declares `tail_penalty_weight` and per module `blocks.<l>.<target>.tail_mask` [r], 0 for the
 * ranks to keep and 1 for the tail.
 *
 * ‖X‖ is √(ΣX² + ε), whose gradient is 0 at X = 0: of the norm's subgradients there the one that leaves a fresh B, which
 * is zero, to the cross-entropy.
 *
 * @param adapter A and B by the names of `namedTensors`
 */
export function tailPenalty(
  b: GraphBuilder,
  sites: readonly { readonly block: number; readonly target: string }[],
  adapter: ReadonlyMap<string, Value>,
): Value {
  const norm = (tail: Value): Value =>
    b.Sqrt(b.Add(b.ReduceSum(b.Mul(tail, tail), [0, 1], 0), b.scalar(EPSILON)));
  const terms = sites.flatMap(({ block, target }) => {
    const A = adapter.get(moduleTensorName(block, target, 'lora_A'));
    const B = adapter.get(moduleTensorName(block, target, 'lora_B'));
    if (!A || !B) return [];
    const mask = b.input(maskName(block, target), 'float32', A.shape.slice(0, 1));
    return [b.Mul(norm(b.Mul(A, b.Unsqueeze(mask, [1]))), norm(b.Mul(B, mask)))];
  });
  const sum = terms.reduce((total, term) => b.Add(total, term), b.scalar(0));
  return b.Mul(b.input(WEIGHT, 'float32', []), sum);
}

/** What `tailPenalty` reads besides the adapter, for the same sites. */
export function tailPenaltyFeeds(
  adapter: Adapter,
  sites: readonly { readonly block: number; readonly target: string }[],
  penalty: TailPenalty,
): Feeds {
  const masks = sites.flatMap(({ block, target }): [string, RuntimeTensor][] => {
    const module = adapter.blocks[block - 1]?.get(target);
    if (!module) return [];
    const rank = rankOf(module);
    const data = new Float32Array(rank).fill(1, keptRanks(rank, penalty));
    return [[maskName(block, target), { dtype: 'float32', dims: [rank], data }]];
  });
  return new Map([[WEIGHT, scalar(penalty.weight)], ...masks]);
}
