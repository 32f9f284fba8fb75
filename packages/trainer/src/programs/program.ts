/** How a training step updates the trained tensors; part of the compiled graph. */
export interface UpdateRule {
  readonly optimizer: 'adamw' | 'sgd';
  readonly weightDecay: number;
  /** Gradients are scaled down to this global norm; 0 leaves them alone. */
  readonly maxGradNorm: number;
}

/** Which part of the model is adapted, and with what. */
export interface AdaptedPart {
  /** Names of the adapted linear maps inside a block. */
  readonly targets: readonly string[];
  /** Numbers of the blocks whose LoRA is applied. */
  readonly adaptedBlocks: readonly number[];
  /** Checkpoint names of the head's trained parameters. */
  readonly headNames: readonly string[];
}

/**
 * One graph to compile. `forward` yields logits; `gradients` adds a micro-batch's gradients to an accumulator;
 * `step` ends with the optimizer, after adding the accumulator where one is used.
 */
export type ProgramSpecification =
  | (AdaptedPart & { readonly kind: 'forward' })
  | (AdaptedPart & { readonly kind: 'gradients'; readonly depth: number })
  | (AdaptedPart & {
      readonly kind: 'step';
      readonly depth: number;
      readonly update: UpdateRule;
      readonly accumulated: boolean;
    });

/** A compiled graph and the names by which it is fed. */
export interface Program {
  readonly model: Uint8Array<ArrayBuffer>;
  /** Frozen parameters it reads, by checkpoint name, with their dims. */
  readonly frozen: ReadonlyMap<string, readonly number[]>;
  /** Adapter tensors it reads, by their flat name. */
  readonly adapter: readonly string[];
  /** Those of them that it trains. */
  readonly trained: readonly string[];
  /** Operations of its matrix products; symbols: batch, seq, and rank_<l> of every adapted block. */
  readonly matrixFlops: (symbols: Readonly<Record<string, number>>) => number;
}

/**
 * Graph names of the optimizer's state. Everything trained lies in one vector, tensor after tensor in the order of
 * `Program.trained`: the parameters after the step, AdamW's moments, accumulated gradients.
 */
export const stateNames = {
  next: 'next',
  firstMoment: 'first_moment',
  nextFirstMoment: 'next_first_moment',
  secondMoment: 'second_moment',
  nextSecondMoment: 'next_second_moment',
  accumulator: 'accumulator',
  nextAccumulator: 'next_accumulator',
} as const;
