import { narrowToFloat16, toFloat32 } from '@legend-fl/adapter';

/**
 * How hidden states are kept: `f32` as computed, `f16` rounded to IEEE 754 binary16: half the bytes, a relative error
 * of at most 2⁻¹¹ per element. The states follow a layer norm, far from binary16's largest value, 65504.
 * Measured with MiniLM-L6 on movie reviews at depth 1 (`npm run bench:trunk`): after 40 steps the test loss differs by
 * 3e-6 and the accuracy not at all.
 */
export type ElementType = 'f32' | 'f16';

/**
 * Hidden states of one example as they are kept, [tokens, hidden] row-major; in f16 as bits, because Node 22 has no
 * `Float16Array`.
 */
export type KeptStates = Float32Array | Uint16Array;

/** What the hidden states of one example are kept under. Different states never share a key. */
export interface TrunkKey {
  /** SHA-256 of all that they are computed with: runtime, graph, frozen weights, adapter of the trunk's blocks. */
  readonly trunk: string;
  /** They are the output of this block. */
  readonly boundary: number;
  /** The example's token ids and segments, as text. */
  readonly example: string;
  readonly elementType: ElementType;
  /** tokens, hidden */
  readonly dims: readonly [number, number];
}

/** One text per key. */
export function keyText({ trunk, boundary, example, elementType, dims }: TrunkKey): string {
  return [trunk, boundary, example, elementType, ...dims].join(' ');
}

export function keepAs(elementType: ElementType, states: Float32Array): KeptStates {
  return elementType === 'f32' ? states : narrowToFloat16(states);
}

/** The states as the trained blocks read them. */
export function widenStates(states: KeptStates): Float32Array {
  if (states instanceof Float32Array) return states;
  return toFloat32(new Uint8Array(states.buffer, states.byteOffset, states.byteLength), 'F16');
}

/** Where entries are kept beyond memory. Never rejects: what cannot be kept or read is computed again. */
export interface TrunkStore {
  /** The states as they were written; undefined when they are not there, or no longer whole. */
  read(key: TrunkKey): Promise<KeptStates | undefined>;
  write(key: TrunkKey, states: KeptStates): Promise<void>;
  /** Entries found so far that were unreadable or not what was written for their key. */
  readonly damaged: number;
}
