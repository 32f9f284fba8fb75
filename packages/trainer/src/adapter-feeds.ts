import { type Adapter, moduleTensorName, namedTensors, rankOf } from '@legend-fl/adapter';
import { scaleName } from '@legend-fl/lora';
import type { Architecture } from '@legend-fl/models';
import type { AdaptedPart } from './programs/program.ts';
import type { RuntimeTensor } from './runtime/runtime.ts';

/** The part of the model that the `depth` top blocks of `adapter` adapt. */
export function adaptedPartOf(
  { blocks, linearMaps }: Architecture,
  adapter: Adapter,
  depth: number,
): AdaptedPart {
  const sites = adapter.blocks.slice(blocks - depth).flatMap((block, index) =>
    linearMaps.flatMap(({ name: target }) => {
      const module = block.get(target);
      return module ? [{ block: blocks - depth + index + 1, target, kind: module.kind }] : [];
    }),
  );
  return { sites, headNames: [...adapter.head.keys()] };
}

/** The adapter tensors that a program reads, by their flat names `names`, and α/r of their LoRA modules. */
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
      if (module.kind !== 'lora' || !feeds.has(moduleTensorName(index + 1, target, 'lora_A'))) continue;
      feeds.set(scaleName(index + 1, target), scalar(module.alpha / rankOf(module)));
    }
  }
  return feeds;
}

export function scalar(value: number): RuntimeTensor {
  return { dtype: 'float32', dims: [], data: Float32Array.of(value) };
}
