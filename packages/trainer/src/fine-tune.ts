import { type Adapter, restrictToDepth } from '@legend-fl/adapter';
import { itemAt } from '@legend-fl/base';
import { createAdapter, type LoraSpecification } from '@legend-fl/lora';
import { loadTokenizer, type Model } from '@legend-fl/models';
import { type TextExample, tokenizeExamples } from './batches/tokenized-dataset.ts';
import { Engine } from './engine.ts';
import type { Runtime } from './runtime/runtime.ts';
import { type LocalResult, type LocalTask, trainLocally } from './train-locally.ts';
import { TrunkCache, type TrunkCacheSettings } from './trunk/trunk-cache.ts';

/** How to fine-tune on one machine. */
export interface FineTuning
  extends Pick<LocalTask, 'depth' | 'batchSize' | 'microBatchSize' | 'update' | 'learningRate' | 'seed'> {
  /** What to start from: a LoRA to be made, or an adapter. */
  readonly start: LoraSpecification | Adapter;
  /** Optimizer steps, or passes over the examples. */
  readonly duration: { readonly steps: number } | { readonly epochs: number };
  /** Tokens at most per example. */
  readonly maxLength: number;
  /** Keeps the hidden states below the trained blocks: as what, see `LocalTask`, and where. */
  readonly trunkCache?: (NonNullable<LocalTask['trunkCache']> & TrunkCacheSettings) | undefined;
  readonly onStep?: (step: number, steps: number, loss: number) => void;
}

export interface FineTuned extends LocalResult {
  /** The whole adapter: trained blocks, blocks that were applied frozen, and the head. */
  readonly adapter: Adapter;
  readonly steps: number;
  /** Examples that were longer than `maxLength`. */
  readonly truncated: number;
}

/**
 * Fine-tunes a model on labelled texts, on this machine.
 * @throws InputError for unknown targets, a depth outside 1 … L, or a loss that is no longer finite
 */
export async function fineTune(
  model: Model,
  runtime: Runtime,
  examples: readonly TextExample[],
  tuning: FineTuning,
): Promise<FineTuned> {
  const { architecture } = model;
  const { depth, batchSize, seed, start } = tuning;
  const initial = 'targets' in start ? newAdapter(model, start, depth, seed) : start;
  const tokenizer = await loadTokenizer(model.files);
  const dataset = tokenizeExamples(tokenizer, examples, Math.min(tuning.maxLength, architecture.maxTokens));
  const stepsPerEpoch = Math.ceil(examples.length / batchSize);
  const steps = 'steps' in tuning.duration ? tuning.duration.steps : tuning.duration.epochs * stepsPerEpoch;
  const result = await trainLocally(
    new Engine(model, runtime, new TrunkCache(tuning.trunkCache)),
    dataset,
    { ...tuning, adapter: initial, trunk: 'global', examples: [...examples.keys()], steps, firstStep: 0 },
    (step, loss) => tuning.onStep?.(step + 1, steps, loss),
  );
  const blocks = initial.blocks.map((block, index) =>
    index < architecture.blocks - depth ? block : itemAt(result.adapter.blocks, index),
  );
  return { ...result, adapter: { blocks, head: result.adapter.head }, steps, truncated: dataset.truncated };
}

/** A fresh LoRA on the blocks to be trained; the blocks below stay as they are. */
function newAdapter(
  { architecture, head }: Model,
  specification: LoraSpecification,
  depth: number,
  seed: number,
): Adapter {
  return restrictToDepth(createAdapter(architecture, specification, head, seed), depth);
}
