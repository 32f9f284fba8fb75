import { type Adapter, loraTensorName, namedTensors, rankOf } from '@legend/adapter';
import { scaleName } from '@legend/lora';
import type { Architecture } from '@legend/models';
import type { AdaptedPart } from './programs/program.ts';
import type { RuntimeTensor } from './runtime/runtime.ts';

/** The part of the model that the `depth` top blocks of `adapter` adapt. */
export function adaptedPartOf(
  { blocks, linearMaps }: Architecture,
  adapter: Adapter,
  depth: number,
): AdaptedPart {
  const modules = [...adapter.blocks.entries()].filter(
    ([index, block]) => index >= blocks - depth && block.size > 0,
  );
  const present = new Set(modules.flatMap(([, block]) => [...block.keys()]));
  return {
    targets: linearMaps.map(({ name }) => name).filter((name) => present.has(name)),
    adaptedBlocks: modules.map(([index]) => index + 1),
    headNames: [...adapter.head.keys()],
  };
}

/** The adapter tensors that a program reads, by their flat names `names`, and α/r of their modules. */
export function adapterFeeds(adapter: Adapter, names: readonly string[]): Map<string, RuntimeTensor> {
  const tensors = namedTensors(adapter);
  const feeds = new Map<string, RuntimeTensor>();
  for (const name of names) {
    const tensor = tensors.get(name);
    if (!tensor) throw new Error(`the adapter has no tensor ${name}`);
    feeds.set(name, { dtype: 'float32', ...tensor });
  }
  for (const [index, block] of adapter.blocks.entries()) {
    for (const [target, module] of block) {
      if (!feeds.has(loraTensorName(index + 1, target, 'lora_A'))) continue;
      feeds.set(scaleName(index + 1, target), scalar(module.alpha / rankOf(module)));
    }
  }
  return feeds;
}

export function scalar(value: number): RuntimeTensor {
  return { dtype: 'float32', dims: [], data: Float32Array.of(value) };
}
