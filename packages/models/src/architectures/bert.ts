import * as z from 'zod';
import type { Architecture } from './architecture.ts';
import { activationOf, architectureNumbers } from './config.ts';
import { encoderArchitecture } from './encoder.ts';
import { type BlockNames, linearMap } from './encoder-block.ts';

/** The fields of config.json that BERT and RoBERTa share. */
export const bertConfig = z.object({
  ...architectureNumbers,
  num_hidden_layers: z.int().positive(),
  hidden_size: z.int().positive(),
  num_attention_heads: z.int().positive(),
  intermediate_size: z.int().positive(),
  layer_norm_eps: z.number().positive().default(1e-12),
  type_vocab_size: z.int().positive().default(2),
  hidden_act: z.string().default('gelu'),
  position_embedding_type: z.literal('absolute').default('absolute'),
});

export const bertBlockNames: BlockNames = {
  query: 'attention.self.query',
  key: 'attention.self.key',
  value: 'attention.self.value',
  attentionOutput: 'attention.output.dense',
  attentionNorm: 'attention.output.LayerNorm',
  up: 'intermediate.dense',
  down: 'output.dense',
  outputNorm: 'output.LayerNorm',
};

/** What BERT and RoBERTa have in common, from the parsed config.json. */
export function bertSizes(config: z.infer<typeof bertConfig>) {
  return {
    blocks: config.num_hidden_layers,
    names: bertBlockNames,
    sizes: {
      hidden: config.hidden_size,
      heads: config.num_attention_heads,
      intermediate: config.intermediate_size,
      epsilon: config.layer_norm_eps,
      activation: activationOf(config.hidden_act),
    },
    vocabularySize: config.vocab_size,
    positions: config.max_position_embeddings,
    initializerRange: config.initializer_range,
  };
}

/** transformers' BertForSequenceClassification: logits = classifier(tanh(pooler(first token))). */
export function bert(rawConfig: unknown, classes: number): Architecture {
  const config = bertConfig.parse(rawConfig);
  const hidden = config.hidden_size;
  return encoderArchitecture({
    ...bertSizes(config),
    modelType: 'bert',
    transformersClass: 'BertForSequenceClassification',
    prefix: 'bert.',
    layersPath: 'bert.encoder.layer',
    classes,
    firstPosition: 0,
    paddingId: config.pad_token_id ?? 0,
    tokenTypes: { from: 'input', rows: config.type_vocab_size },
    headModules: ['classifier'],
    headParameters: [
      { name: 'bert.pooler.dense.weight', dims: [hidden, hidden] },
      { name: 'bert.pooler.dense.bias', dims: [hidden] },
      { name: 'classifier.weight', dims: [classes, hidden] },
      { name: 'classifier.bias', dims: [classes] },
    ],
    head: (context, firstToken) => {
      const pooled = context.b.Tanh(linearMap(context, 'bert.pooler.dense', firstToken, hidden, hidden));
      return linearMap(context, 'classifier', pooled, hidden, classes);
    },
  });
}
