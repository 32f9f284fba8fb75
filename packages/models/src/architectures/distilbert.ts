import * as z from 'zod';
import type { Architecture } from './architecture.ts';
import { activationOf, architectureNumbers } from './config.ts';
import { encoderArchitecture } from './encoder.ts';
import { type BlockNames, linearMap } from './encoder-block.ts';

/** transformers fixes the epsilon of every DistilBERT layer norm. */
const EPSILON = 1e-12;

const distilbertConfig = z.object({
  ...architectureNumbers,
  n_layers: z.int().positive(),
  dim: z.int().positive(),
  n_heads: z.int().positive(),
  hidden_dim: z.int().positive(),
  activation: z.string().default('gelu'),
});

const blockNames: BlockNames = {
  query: 'attention.q_lin',
  key: 'attention.k_lin',
  value: 'attention.v_lin',
  attentionOutput: 'attention.out_lin',
  attentionNorm: 'sa_layer_norm',
  up: 'ffn.lin1',
  down: 'ffn.lin2',
  outputNorm: 'output_layer_norm',
};

/** transformers' DistilBertForSequenceClassification: logits = classifier(relu(pre_classifier(first token))). */
export function distilbert(rawConfig: unknown, classes: number): Architecture {
  const config = distilbertConfig.parse(rawConfig);
  const hidden = config.dim;
  return encoderArchitecture({
    modelType: 'distilbert',
    transformersClass: 'DistilBertForSequenceClassification',
    prefix: 'distilbert.',
    layersPath: 'distilbert.transformer.layer',
    blocks: config.n_layers,
    classes,
    names: blockNames,
    sizes: {
      hidden,
      heads: config.n_heads,
      intermediate: config.hidden_dim,
      epsilon: EPSILON,
      activation: activationOf(config.activation),
    },
    vocabularySize: config.vocab_size,
    positions: config.max_position_embeddings,
    initializerRange: config.initializer_range,
    firstPosition: 0,
    paddingId: config.pad_token_id ?? 0,
    tokenTypes: { from: 'none' },
    headModules: ['pre_classifier', 'classifier'],
    headParameters: [
      { name: 'pre_classifier.weight', dims: [hidden, hidden] },
      { name: 'pre_classifier.bias', dims: [hidden] },
      { name: 'classifier.weight', dims: [classes, hidden] },
      { name: 'classifier.bias', dims: [classes] },
    ],
    head: (context, firstToken) => {
      const dense = context.b.Relu(linearMap(context, 'pre_classifier', firstToken, hidden, hidden));
      return linearMap(context, 'classifier', dense, hidden, classes);
    },
  });
}
