import type { ModelProfile } from '@legend-fl/method';
import type { LinearMap, Model } from '@legend-fl/models';

const FLOAT_BYTES = 4;
/**
 * Values of hidden size that the backward pass of one encoder block keeps per token: input, query, key, value,
 * attention output, two sums before normalisation.
 */
const KEPT_HIDDEN = 7;
/** Values of intermediate size that the backward pass keeps per token: GELU's input, its normal cdf, its output. */
const KEPT_INTERMEDIATE = 3;

/** The shape of one local step. */
export interface StepShape {
  readonly batchSize: number;
  /** Per example. */
  readonly tokens: number;
}

/**
 * The figures of a model for the cost model.
 * @param targets the linear maps that carry LoRA
 * @param shape of the longest batch, padding included
 */
export function modelProfile(
  { architecture, head, weightBytes }: Model,
  targets: readonly LinearMap[],
  { batchSize, tokens }: StepShape,
): ModelProfile {
  const { blocks, linearMaps, hidden } = architecture;
  const perRank = {
    A: targets.reduce((sum, map) => sum + map.in, 0),
    B: targets.reduce((sum, map) => sum + map.out, 0),
  };
  const intermediate = Math.max(...linearMaps.map((map) => map.out));
  const keptPerToken = KEPT_HIDDEN * hidden + KEPT_INTERMEDIATE * intermediate;
  const activationBytes = FLOAT_BYTES * batchSize * tokens * keptPerToken;
  return {
    blocks,
    rankParameters: Array.from({ length: blocks }, () => perRank),
    bottleneckParameters: { perWidth: 2 * hidden + 1, fixed: hidden },
    headParameters: [...head.values()].reduce((sum, { data }) => sum + data.length, 0),
    weightBytes,
    activationBytesPerBlock: activationBytes,
    workingBytes: activationBytes,
  };
}
