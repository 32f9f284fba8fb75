import type { AdaptedSite } from '@legend-fl/lora';

/** How a training step updates the trained tensors; part of the compiled graph. */
export interface UpdateRule {
  readonly optimizer: 'adamw' | 'sgd';
  readonly weightDecay: number;
  /** Gradients are scaled down to this global norm; 0 leaves them alone. */
  readonly maxGradNorm: number;
}

/** Which part of the model is adapted, and with what. */
export interface AdaptedPart {
  /** The linear maps whose module is applied. */
  readonly sites: readonly AdaptedSite[];
  /** Checkpoint names of the head's trained parameters. */
  readonly headNames: readonly string[];
}

/** What of local training is part of the graph; what is absent is off. */
export interface TrainingVariant {
  /** The only factor of LoRA modules that is trained. */
  readonly factors?: 'A' | 'B';
  /** The lowest so many trained blocks keep activations as int8 for the backward pass. */
  readonly quantizedBlocks?: number;
}

/**
 * One graph to compile. `forward` yields logits; `trunk` yields the hidden states after block `boundary`;
 * `gradients` adds a micro-batch's gradients to an accumulator; `step` ends with the optimizer, after adding the
 * accumulator where one is used. The last two begin at the token ids or, with `from`, at the hidden states after
 * block `from`, which is at most L - depth.
 */
export type ProgramSpecification =
  | (AdaptedPart & { readonly kind: 'forward' })
  | (AdaptedPart & { readonly kind: 'trunk'; readonly boundary: number })
  | (AdaptedPart &
      TrainingVariant & {
        readonly kind: 'gradients';
        readonly depth: number;
        readonly from?: number | undefined;
      })
  | (AdaptedPart &
      TrainingVariant & {
        readonly kind: 'step';
        readonly depth: number;
        readonly from?: number | undefined;
        readonly update: UpdateRule;
        readonly accumulated: boolean;
        /** Whether the loss that is differentiated has the tail penalty; its weight and ranks are fed. */
        readonly tailPenalty?: true;
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
  /** Operations of its matrix products; symbols: batch, seq, and rank_<l> or width_<l> of every adapted block. */
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

/** Graph name of the hidden states float32 [batch, seq, hidden] that a trunk yields and an upper part begins at. */
export const HIDDEN_STATES = 'hidden_states';
