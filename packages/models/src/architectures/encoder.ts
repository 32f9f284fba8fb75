import type { GraphBuilder, Value } from '@legend-fl/compiler';
import type { Architecture, ForwardContext } from './architecture.ts';
import { type BlockNames, type BlockSizes, encoderBlock, layerNorm, linearMapsOf } from './encoder-block.ts';

/** Lowest float32: added to a padding token's score, it removes the token's weight. */
const LOWEST = -3.4028234663852886e38;

/** The differences between BERT, RoBERTa and DistilBERT. */
export interface EncoderDescription {
  readonly modelType: string;
  readonly transformersClass: string;
  readonly prefix: string;
  readonly blocks: number;
  readonly classes: number;
  readonly sizes: BlockSizes;
  readonly names: BlockNames;
  /** Path of the list of blocks, e.g. `bert.encoder.layer`. */
  readonly layersPath: string;
  readonly vocabularySize: number;
  /** Rows of the position table. */
  readonly positions: number;
  readonly firstPosition: number;
  readonly paddingId: number;
  readonly initializerRange: number;
  /** `input`: from the tokenizer; `constant`: a table whose row 0 is always added; `none`: no table. */
  readonly tokenTypes:
    | { readonly from: 'input' | 'constant'; readonly rows: number }
    | { readonly from: 'none' };
  readonly headModules: readonly string[];
  readonly headParameters: Architecture['headParameters'];
  /** First token's final state [batch, hidden] → logits [batch, classes]. */
  readonly head: (context: ForwardContext, firstToken: Value) => Value;
}

/** An encoder with a sequence-classification head that reads the first token. */
export function encoderArchitecture(description: EncoderDescription): Architecture {
  const { sizes, names, blocks, layersPath } = description;
  const blockPath = (block: number): string => `${layersPath}.${block - 1}`;

  /** Blocks `first` … `last`: [batch, seq, hidden] → [batch·seq, hidden], or [batch, hidden] after block L. */
  const runBlocks = (context: ForwardContext, states: Value, first: number, last: number): Value => {
    let state = context.b.Reshape(states, ['batch*seq', sizes.hidden]);
    const maskBias = buildMaskBias(context.b);
    for (let block = first; block <= last; block++) {
      const rows = block === blocks ? 'first-token' : 'every-token';
      const input = state;
      const build = (): Value =>
        encoderBlock(context, { names, sizes, path: blockPath(block), block }, input, maskBias, rows);
      state = context.inBlock ? context.inBlock(block, build) : build();
    }
    return state;
  };
  const trunk: Architecture['trunk'] = (context, boundary) => {
    const embedded = embed(context, description);
    if (boundary === 0) return embedded;
    return context.b.Reshape(runBlocks(context, embedded, 1, boundary), ['batch', 'seq', sizes.hidden]);
  };
  const upper: Architecture['upper'] = (context, boundary, hiddenStates) =>
    description.head(context, runBlocks(context, hiddenStates, boundary + 1, blocks));

  return {
    ...description,
    hidden: sizes.hidden,
    maxTokens: description.positions - description.firstPosition,
    hasTokenTypes: description.tokenTypes.from === 'input',
    linearMaps: linearMapsOf(names, sizes),
    defaultTargets: [names.query, names.value],
    defaultBottleneckTarget: names.down,
    blockPath,
    forward: (context) => upper(context, 0, trunk(context, 0)),
    trunk,
    upper,
  };
}

/** LN(word + position + type embedding) [batch, seq, hidden] */
function embed(context: ForwardContext, description: EncoderDescription): Value {
  const { b, parameter } = context;
  const { prefix, sizes, vocabularySize, positions, tokenTypes } = description;
  const path = `${prefix}embeddings`;
  const inputIds = b.input('input_ids', 'int32', ['batch', 'seq']);
  const positionIds = b.input('position_ids', 'int32', ['seq']);
  const words = b.Gather(
    parameter(`${path}.word_embeddings.weight`, [vocabularySize, sizes.hidden]),
    inputIds,
  );
  const places = b.Gather(
    parameter(`${path}.position_embeddings.weight`, [positions, sizes.hidden]),
    positionIds,
  );
  let sum = b.Add(words, places);
  if (tokenTypes.from !== 'none') {
    const table = parameter(`${path}.token_type_embeddings.weight`, [tokenTypes.rows, sizes.hidden]);
    const ids =
      tokenTypes.from === 'input'
        ? b.input('token_type_ids', 'int32', ['batch', 'seq'])
        : b.constant('int64', [], [0]);
    sum = b.Add(sum, b.Gather(table, ids));
  }
  return layerNorm(context, `${path}.LayerNorm`, sum, sizes);
}

/** attention_mask [batch, seq] → [batch, 1, 1, seq]: 0 for tokens, the lowest float for padding. */
function buildMaskBias(b: GraphBuilder): Value {
  const mask = b.input('attention_mask', 'float32', ['batch', 'seq']);
  return b.Unsqueeze(b.Mul(b.Sub(b.scalar(1), mask), b.scalar(LOWEST)), [1, 2]);
}
