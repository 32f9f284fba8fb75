import type { Architecture } from './architecture.ts';
import { bertConfig, bertSizes } from './bert.ts';
import { encoderArchitecture } from './encoder.ts';
import { linearMap } from './encoder-block.ts';

/** RoBERTa's padding token, after which its positions are counted. */
const DEFAULT_PADDING_ID = 1;

/** transformers' RobertaForSequenceClassification: logits = out_proj(tanh(dense(first token))). */
export function roberta(rawConfig: unknown, classes: number): Architecture {
  const config = bertConfig.parse(rawConfig);
  const hidden = config.hidden_size;
  const paddingId = config.pad_token_id ?? DEFAULT_PADDING_ID;
  return encoderArchitecture({
    ...bertSizes(config),
    modelType: 'roberta',
    transformersClass: 'RobertaForSequenceClassification',
    prefix: 'roberta.',
    layersPath: 'roberta.encoder.layer',
    classes,
    firstPosition: paddingId + 1,
    paddingId,
    tokenTypes: { from: 'constant', rows: config.type_vocab_size },
    headModules: ['classifier'],
    headParameters: [
      { name: 'classifier.dense.weight', dims: [hidden, hidden] },
      { name: 'classifier.dense.bias', dims: [hidden] },
      { name: 'classifier.out_proj.weight', dims: [classes, hidden] },
      { name: 'classifier.out_proj.bias', dims: [classes] },
    ],
    head: (context, firstToken) => {
      const dense = context.b.Tanh(linearMap(context, 'classifier.dense', firstToken, hidden, hidden));
      return linearMap(context, 'classifier.out_proj', dense, hidden, classes);
    },
  });
}
