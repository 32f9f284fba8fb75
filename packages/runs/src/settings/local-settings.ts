import { z } from 'zod';

const count = z.int().positive();

/** How devices train between two aggregations, key by key. */
export const localKeys = {
  /** τ, optimizer steps per round. */
  steps: count,
  /** Examples per step. */
  batchSize: count,
  /** Longer texts are cut to this many tokens. */
  maxLength: count,
  /** AdamW, or SGD without momentum. */
  optimizer: z.enum(['adamw', 'sgd']),
  /** At its highest, see `warmupRounds` and `schedule`. */
  learningRate: z.number().positive(),
  /** Decoupled from the gradient, as in AdamW. */
  weightDecay: z.number().nonnegative(),
  /** Gradients are clipped to this global norm; 0 = no clipping. */
  maxGradNorm: z.number().nonnegative(),
  /** Rounds over which the learning rate rises. */
  warmupRounds: z.int().nonnegative(),
  /** After the warm-up the rate stays, or falls linearly to 0 at the end of the last round. */
  schedule: z.enum(['constant', 'linear']),
};

/** All keys with their defaults. */
export const localSchema = z.strictObject({
  steps: localKeys.steps.default(8),
  batchSize: localKeys.batchSize.default(8),
  maxLength: localKeys.maxLength.default(64),
  optimizer: localKeys.optimizer.default('adamw'),
  learningRate: localKeys.learningRate.default(2e-3),
  weightDecay: localKeys.weightDecay.default(0.01),
  maxGradNorm: localKeys.maxGradNorm.default(1),
  warmupRounds: localKeys.warmupRounds.default(0),
  schedule: localKeys.schedule.default('constant'),
});

export type LocalSettings = z.output<typeof localSchema>;
