import type { Adapter } from '@legend-fl/adapter';
import { itemAt } from '@legend-fl/base';
import { adaptedPartOf, adapterFeeds } from '../adapter-feeds.ts';
import { collate } from '../batches/collate.ts';
import { type TokenizedDataset, tokenCount, tokenRange } from '../batches/tokenized-dataset.ts';
import type { Engine } from '../engine.ts';
import type { MergedWeights } from '../merged-weights.ts';
import { HIDDEN_STATES } from '../programs/program.ts';
import type { Feeds, RuntimeTensor } from '../runtime/runtime.ts';
import { vectorOutput } from '../trained-state.ts';
import { type ElementType, type KeptStates, widenStates } from './kept-states.ts';

/** A trunk whose hidden states are cached. */
export interface TrunkChoice {
  /** Its blocks are 1 … boundary. */
  readonly boundary: number;
  /** `global`: the adapter's modules in its blocks are applied, frozen. */
  readonly trunk: 'base' | 'global';
  readonly adapter: Adapter;
  /** Changes of the base weights. */
  readonly merged?: MergedWeights | undefined;
  readonly elementType: ElementType;
}

/** A program's inputs for one batch of examples. */
export type BatchFeeds = (examples: readonly number[]) => Promise<Feeds>;

/**
 * Batches of hidden states through the engine's trunk cache. An example's states are computed alone and without
 * padding, so that their bits do not depend on the batch it was drawn with, nor on when or where it was first seen.
 */
export async function openTrunk(
  engine: Engine,
  dataset: TokenizedDataset,
  { boundary, trunk, adapter, merged, elementType }: TrunkChoice,
): Promise<BatchFeeds> {
  const { architecture } = engine;
  const { blocks, hidden } = architecture;
  const lower: Adapter = {
    blocks: adapter.blocks.map((block, index) =>
      trunk === 'global' && index < boundary ? block : new Map(),
    ),
    head: new Map(),
  };
  const specification = { ...adaptedPartOf(architecture, lower, blocks), kind: 'trunk', boundary } as const;
  const program = await engine.program(specification);
  const fixed = new Map([
    ...adapterFeeds(lower, program.adapter),
    ...(merged ? await engine.mergedFeeds(program, merged) : []),
  ]);
  const identity = await engine.identityOf(specification, fixed);

  const statesOf = (example: number): Promise<KeptStates> => {
    const key = {
      trunk: identity,
      boundary,
      example: exampleText(dataset, example),
      elementType,
      dims: [tokenCount(dataset, example), hidden],
    } as const;
    return engine.trunkCache.get(key, async () => {
      const alone = collate(architecture, dataset, [example], 1);
      const outputs = await engine.run(specification, new Map([...fixed, ...alone]));
      return vectorOutput(outputs, HIDDEN_STATES).data;
    });
  };
  return async (examples) => {
    const mask = collate(architecture, dataset, examples).get('attention_mask') as RuntimeTensor;
    const length = itemAt(mask.dims, 1);
    const data = new Float32Array(examples.length * length * hidden);
    await Promise.all(
      examples.map(async (example, row) =>
        data.set(widenStates(await statesOf(example)), row * length * hidden),
      ),
    );
    return new Map<string, RuntimeTensor>([
      [HIDDEN_STATES, { dtype: 'float32', dims: [...mask.dims, hidden], data }],
      ['attention_mask', mask],
    ]);
  };
}

/** An example's token ids and segments. */
function exampleText(dataset: TokenizedDataset, example: number): string {
  const [start, end] = tokenRange(dataset, example);
  return `${dataset.ids.subarray(start, end)};${dataset.typeIds.subarray(start, end)}`;
}
