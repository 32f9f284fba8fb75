import type { Factors } from '@legend-fl/adapter';
import { InputError, itemAt } from '@legend-fl/base';
import type { Capacity } from './capacity.ts';
import { requireNonNegative } from './require-non-negative.ts';

/** What training one model costs, whatever the device. Counts of parameters are independent of how they travel. */
export interface ModelProfile {
  /** Number of blocks, L. */
  readonly blocks: number;
  /** Entry l-1: what one rank of LoRA takes in block l, over all its targets. */
  readonly rankParameters: readonly FactorParameters[];
  /** What a bottleneck adapter takes in a block. */
  readonly bottleneckParameters: BottleneckParameters;
  readonly headParameters: number;
  /** Frozen weights of the whole model. */
  readonly weightBytes: number;
  /** What the backward pass keeps, per trained block, at the batch size and length in use. */
  readonly activationBytesPerBlock: number;
  /** Transient memory of a step beyond the above, the same at every depth. */
  readonly workingBytes: number;
}

/** Parameters of LoRA's factors: Σ in for A and Σ out for B. */
export interface FactorParameters {
  readonly A: number;
  readonly B: number;
}

/** A bottleneck of width w has w·perWidth + fixed parameters; none at width 0. */
export interface BottleneckParameters {
  readonly perWidth: number;
  readonly fixed: number;
}

/**
 * What a device computes below its depth: the frozen base weights only, or the global adapter's lower blocks too
 * (applied, not trained).
 */
export type Trunk = 'base' | 'global';

/** The part of the adapter that a device trains. */
export interface TrainedPart {
  /** Blocks trained, those nearest the output: 1 … L. */
  readonly depth: number;
  /** The rank distribution of all L blocks, from block 1. */
  readonly ranks: readonly number[];
}

/** A device's round with its messages given in bytes, predicted or as sent. */
export interface RoundLoad {
  readonly depth: number;
  /** Blocks below the depth that a local step computes, on average: L-k, fewer with a warm trunk cache. */
  readonly trunkBlocks: number;
  /** q: trained blocks that keep their activations as int8; none if left out. */
  readonly quantizedBlocks?: number;
  /** τ. */
  readonly localSteps: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
}

/** Where the time of a device's round goes; `seconds` is the sum. */
export interface CompletionTime {
  readonly forwardSeconds: number;
  readonly backwardSeconds: number;
  readonly uploadSeconds: number;
  readonly downloadSeconds: number;
  readonly seconds: number;
}

/**
 * What quantising a block's activations and restoring them costs, as a share of its backward pass (ours: an assumption,
 * a few elementwise passes beside the matrix products).
 */
const QUANTIZATION_TIME_SHARE = 0.1;

/**
 * t_i(k) = τ·((k + trunk)·f_i + (k + 0.1·q)·b_i) + bytes_down·d_i + bytes_up·u_i (ours), trunk = L-k where nothing is
 * cached. Takes its figures as they are.
 */
export function completionTime(capacity: Capacity, load: RoundLoad): CompletionTime {
  const { depth, trunkBlocks, quantizedBlocks = 0, localSteps, bytesUp, bytesDown } = load;
  const forwardSeconds = localSteps * (depth + trunkBlocks) * capacity.forwardSecondsPerBlock;
  const backwardBlocks = depth + QUANTIZATION_TIME_SHARE * quantizedBlocks;
  const backwardSeconds = localSteps * backwardBlocks * capacity.backwardSecondsPerBlock;
  const uploadSeconds = bytesUp * capacity.uploadSecondsPerByte;
  const downloadSeconds = bytesDown * capacity.downloadSecondsPerByte;
  const seconds = forwardSeconds + backwardSeconds + uploadSeconds + downloadSeconds;
  return { forwardSeconds, backwardSeconds, uploadSeconds, downloadSeconds, seconds };
}

/** Σ_{l > L-k} r_l·c_l + head: the parameters trained at depth k, with c_l those of one rank in the factors given (ours). */
export function countParameters(profile: ModelProfile, part: TrainedPart, factors: Factors = 'both'): number {
  checkPart(profile, part);
  const { depth, ranks } = part;
  let parameters = profile.headParameters;
  for (let index = profile.blocks - depth; index < profile.blocks; index++) {
    const { A, B } = itemAt(profile.rankParameters, index);
    const perRank = (factors === 'B' ? 0 : A) + (factors === 'A' ? 0 : B);
    const rank = itemAt(ranks, index);
    requireNonNegative({ rank, perRank }, `block ${index + 1}`);
    parameters += rank * perRank;
  }
  requireNonNegative({ headParameters: profile.headParameters, parameters }, 'model profile');
  return parameters;
}

/** k·(w·perWidth + fixed) + head: the parameters of bottlenecks of width w in k blocks (ours). */
export function countBottleneckParameters(
  { bottleneckParameters: { perWidth, fixed }, headParameters }: ModelProfile,
  { depth, width }: { readonly depth: number; readonly width: number },
): number {
  requireNonNegative({ perWidth, fixed, headParameters }, 'model profile');
  return depth * (width * perWidth + fixed) + headParameters;
}

/** Value, gradient and AdamW's two moments of a trained parameter, all float32. */
export const TRAINED_PARAMETER_BYTES = 16;

/** What activations take as int8 with a float32 scale for every 128 of them, as a share of float32 (ours). */
const QUANTIZED_ACTIVATION_SHARE = (128 + 4) / (128 * 4);

/**
 * Peak memory of a local step at depth k (ours): weights + working + activations of k blocks, of which q quantised, + 16
 * bytes per trained parameter.
 */
export function memoryBytes(
  profile: ModelProfile,
  depth: number,
  trainedParameters: number,
  quantizedBlocks = 0,
): number {
  const { weightBytes, workingBytes, activationBytesPerBlock } = profile;
  requireNonNegative({ weightBytes, workingBytes, activationBytesPerBlock }, 'model profile');
  return (
    weightBytes +
    workingBytes +
    (depth - quantizedBlocks) * activationBytesPerBlock +
    quantizedBlocks * (QUANTIZED_ACTIVATION_SHARE * activationBytesPerBlock) +
    TRAINED_PARAMETER_BYTES * trainedParameters
  );
}

function checkPart({ blocks, rankParameters }: ModelProfile, { depth, ranks }: TrainedPart): void {
  if (ranks.length !== blocks || rankParameters.length !== blocks) {
    throw new InputError({
      code: 'ranks-length',
      expected: `a rank and its parameters for each of ${blocks} blocks`,
      got: `${ranks.length} ranks and ${rankParameters.length} counts of parameters`,
      where: 'rank distribution',
      todo: 'Give one entry per block of the model.',
    });
  }
  if (Number.isInteger(depth) && depth >= 1 && depth <= blocks) return;
  throw new InputError({
    code: 'depth-out-of-range',
    expected: `a whole number from 1 to ${blocks}, the blocks of the model`,
    got: String(depth),
    where: 'depth',
    todo: 'Choose a depth within the model.',
  });
}
