import { InputError } from '@legend-fl/base';
import * as z from 'zod';
import type { Activation } from './encoder-block.ts';

/** Fields of config.json that every encoder has. */
export const architectureNumbers = {
  vocab_size: z.int().positive(),
  max_position_embeddings: z.int().positive(),
  initializer_range: z.number().positive().default(0.02),
  pad_token_id: z.int().nonnegative().nullish(),
};

const activations: Readonly<Record<string, Activation>> = {
  gelu: 'gelu',
  gelu_new: 'gelu-tanh',
  gelu_pytorch_tanh: 'gelu-tanh',
  relu: 'relu',
};

/** @throws InputError for an activation that Legend lacks */
export function activationOf(name: string): Activation {
  const activation = activations[name];
  if (activation) return activation;
  throw new InputError({
    code: 'activation-unknown',
    expected: `one of ${Object.keys(activations).join(', ')}`,
    got: name,
    where: 'the activation in config.json',
    todo: 'Use a model with one of these activations.',
  });
}
