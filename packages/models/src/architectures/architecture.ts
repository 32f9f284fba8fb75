import type { GraphBuilder, Value } from '@legend-fl/compiler';

/** A linear map inside a block. `name` is its path there, e.g. `attention.self.query`; weight [out, in]. */
export interface LinearMap {
  readonly name: string;
  readonly in: number;
  readonly out: number;
}

/** Where in the model a linear map stands. Blocks count from 1, next to the embeddings. */
export interface LinearSite extends LinearMap {
  readonly block: number;
}

/** The context in which a forward pass is built. */
export interface ForwardContext {
  readonly b: GraphBuilder;
  /** The value of a parameter, by its checkpoint name and dims. */
  readonly parameter: (name: string, dims: readonly number[]) => Value;
  /** Sees every linear map of every block; an adapter returns `output` plus its own term. */
  readonly adaptLinear: (site: LinearSite, input: Value, output: Value) => Value;
  /** Wraps the building of each block, so that a caller can learn its nodes; returns the result of `build`. */
  readonly inBlock?: ((block: number, build: () => Value) => Value) | undefined;
}

/** A parameter of the task head and its shape. */
export interface HeadParameter {
  readonly name: string;
  readonly dims: readonly number[];
}

/** A model as its config.json describes it: its figures for the rest of Legend, and how to build it. */
export interface Architecture {
  readonly modelType: string;
  /** transformers' class, e.g. `BertForSequenceClassification`. */
  readonly transformersClass: string;
  /** L */
  readonly blocks: number;
  readonly hidden: number;
  readonly classes: number;
  /** Longest input in tokens, special tokens included. */
  readonly maxTokens: number;
  /** Position index of the first token. */
  readonly firstPosition: number;
  /** Whether the graph has an input `token_type_ids`. */
  readonly hasTokenTypes: boolean;
  readonly paddingId: number;
  /** Every linear map of a block, in the order of computation. */
  readonly linearMaps: readonly LinearMap[];
  /** Names of the query and value maps: LoRA's default targets (LoRA, arXiv 2106.09685, section 4.2). */
  readonly defaultTargets: readonly string[];
  /** Name of the feed-forward network's second map: a bottleneck's default place (Pfeiffer et al., arXiv 2005.00247). */
  readonly defaultBottleneckTarget: string;
  /** Module path of a block in the checkpoint, e.g. `bert.encoder.layer.0` for block 1. */
  blockPath(block: number): string;
  /** Checkpoint prefix that headless checkpoints leave out, e.g. `bert.`. */
  readonly prefix: string;
  /** Modules of the head that are trained with the adapter, e.g. `classifier`. */
  readonly headModules: readonly string[];
  /** Every parameter above the last block, with its shape; some checkpoints lack some or all of them. */
  readonly headParameters: readonly HeadParameter[];
  /** Standard deviation of new head weights. */
  readonly initializerRange: number;
  /**
   * Adds the forward pass to the graph; declares the inputs `input_ids` int32 [batch, seq], `attention_mask`
   * float32 [batch, seq] (1 = token, 0 = padding), `position_ids` int32 [seq] and, where the architecture has
   * them, `token_type_ids` int32 [batch, seq].
   * @returns logits [batch, classes]
   */
  forward(context: ForwardContext): Value;
  /**
   * Adds the embeddings and the blocks 1 … `boundary`; declares the same inputs, but `attention_mask` only where
   * `boundary` is above 0, because the embeddings do not read it.
   * @param boundary 0 … L-1: the upper part begins with the block after it
   * @returns hidden states [batch, seq, hidden]
   */
  trunk(context: ForwardContext, boundary: number): Value;
  /**
   * Adds the blocks `boundary`+1 … L and the head; declares the input `attention_mask`. On `trunk`'s hidden states it
   * gives the logits of `forward`; states of padding may have any finite value.
   * @param hiddenStates [batch, seq, hidden]
   * @returns logits [batch, classes]
   */
  upper(context: ForwardContext, boundary: number, hiddenStates: Value): Value;
}
