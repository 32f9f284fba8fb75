import { type Adapter, namedTensors, rankOf, type Tensor } from '@legend/adapter';
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

/** The adapter's tensors under their flat names. */
export function adapterFeeds(adapter: Adapter): Map<string, RuntimeTensor> {
  return new Map([...namedTensors(adapter)].map(([name, tensor]) => [name, feed(tensor)]));
}

/** α/r of every module whose tensors are among `names`. */
export function scaleFeeds(adapter: Adapter, names: readonly string[]): Map<string, RuntimeTensor> {
  const read = new Set(names);
  const feeds = new Map<string, RuntimeTensor>();
  for (const [index, block] of adapter.blocks.entries()) {
    for (const [target, module] of block) {
      const name = scaleName(index + 1, target);
      if (read.has(name.replace(/scale$/, 'lora_A'))) feeds.set(name, scalar(module.alpha / rankOf(module)));
    }
  }
  return feeds;
}

export function feed({ dims, data }: Tensor): RuntimeTensor {
  return { dtype: 'float32', dims, data };
}

export function scalar(value: number): RuntimeTensor {
  return { dtype: 'float32', dims: [], data: Float32Array.of(value) };
}
