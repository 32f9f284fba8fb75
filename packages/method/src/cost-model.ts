import { InputError } from '@legend/base';
import type { Capacity } from './capacity.ts';
import { requireNonNegative } from './require-non-negative.ts';

/** What training one model costs, whatever the device. Bytes are of float32 values. */
export interface ModelProfile {
  /** Number of blocks, L. */
  readonly blocks: number;
  /** Entry l-1: bytes of one rank of block l over all its targets, c_l·4 with c_l = Σ (in + out). */
  readonly adapterBytesPerRank: readonly number[];
  readonly headBytes: number;
  /** Frozen weights of the whole model. */
  readonly weightBytes: number;
  /** What the backward pass keeps, per trained block, at the batch size and length in use. */
  readonly activationBytesPerBlock: number;
  /** Transient memory of a step beyond the above, the same at every depth. */
  readonly workingBytes: number;
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

export interface RoundWork extends TrainedPart {
  /** τ. */
  readonly localSteps: number;
  readonly trunk: Trunk;
}

/** A device's round with its messages given in bytes, predicted or as sent. */
export interface RoundLoad {
  readonly blocks: number;
  readonly depth: number;
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
 * Predicted completion time of a round (ours): `timeLoad` of the messages that `depth` implies. The device uploads
 * what it trained; it downloads the same blocks with `trunk: base`, all blocks with `trunk: global`.
 *
 * Throws InputError for figures that are negative or not finite and for a depth outside 1 … L.
 */
export function completionTime(capacity: Capacity, profile: ModelProfile, work: RoundWork): CompletionTime {
  const { depth, localSteps, trunk } = work;
  const { blocks } = profile;
  requireNonNegative({ ...capacity, localSteps }, 'completion time');
  const bytesUp = messageBytes(profile, work);
  const bytesDown = trunk === 'base' ? bytesUp : messageBytes(profile, { ...work, depth: blocks });
  const time = timeLoad(capacity, { blocks, depth, localSteps, bytesUp, bytesDown });
  requireNonNegative({ ...time }, 'completion time');
  return time;
}

/** t_i(k) = τ·(L·f_i + k·b_i) + bytes_down(k)·d_i + bytes_up(k)·u_i (ours). Takes its figures as they are. */
export function timeLoad(capacity: Capacity, load: RoundLoad): CompletionTime {
  const forwardSeconds = load.localSteps * load.blocks * capacity.forwardSecondsPerBlock;
  const backwardSeconds = load.localSteps * load.depth * capacity.backwardSecondsPerBlock;
  const uploadSeconds = load.bytesUp * capacity.uploadSecondsPerByte;
  const downloadSeconds = load.bytesDown * capacity.downloadSecondsPerByte;
  const seconds = forwardSeconds + backwardSeconds + uploadSeconds + downloadSeconds;
  return { forwardSeconds, backwardSeconds, uploadSeconds, downloadSeconds, seconds };
}

/** bytes(k) = Σ_{l > L-k} r_l·c_l·4 + head: what is trained at depth k, as float32 (ours). */
export function messageBytes(profile: ModelProfile, { depth, ranks }: TrainedPart): number {
  checkPart(profile, { depth, ranks });
  let bytes = profile.headBytes;
  for (let index = profile.blocks - depth; index < profile.blocks; index++) {
    const [rank = 0, bytesPerRank = 0] = [ranks[index], profile.adapterBytesPerRank[index]];
    requireNonNegative({ rank, bytesPerRank }, `block ${index + 1}`);
    bytes += rank * bytesPerRank;
  }
  requireNonNegative({ headBytes: profile.headBytes, messageBytes: bytes }, 'model profile');
  return bytes;
}

/**
 * Peak memory of a local step at depth k (ours): weights + working + k·activations + 4·bytes(k), the four being
 * value, gradient and AdamW's two moments of everything trained.
 */
export function memoryBytes(profile: ModelProfile, part: TrainedPart): number {
  const { weightBytes, workingBytes, activationBytesPerBlock } = profile;
  requireNonNegative({ weightBytes, workingBytes, activationBytesPerBlock }, 'model profile');
  return weightBytes + workingBytes + part.depth * activationBytesPerBlock + 4 * messageBytes(profile, part);
}

function checkPart({ blocks, adapterBytesPerRank }: ModelProfile, { depth, ranks }: TrainedPart): void {
  if (ranks.length !== blocks || adapterBytesPerRank.length !== blocks) {
    throw new InputError({
      code: 'ranks-length',
      expected: `a rank and its bytes for each of ${blocks} blocks`,
      got: `${ranks.length} ranks and ${adapterBytesPerRank.length} byte counts`,
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
