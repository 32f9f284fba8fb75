import { parseModulePath, type Tensor } from '@legend-fl/adapter';
import { InputError } from '@legend-fl/base';
import type { Architecture } from '@legend-fl/models';
import type { Feeds, RuntimeTensor } from './runtime/runtime.ts';

/** Dense changes of the frozen base weights, as FLoRA's clients merge them (arXiv 2409.05976). */
export interface MergedWeights {
  /** Names these very deltas: whoever changes them gives another version. */
  readonly version: string;
  /** ΔW [out, in] by `blocks.<l>.<target>`; may lie in shared memory. */
  readonly deltas: ReadonlyMap<string, Tensor>;
}

/** Keeps W + ΔW of one version, in memory of its own: ONNX Runtime takes no shared memory. */
export class MergedWeightCache {
  readonly #architecture: Architecture;
  readonly #read: (name: string, dims: readonly number[]) => Promise<RuntimeTensor>;
  #version: string | undefined;
  #deltas: ReadonlyMap<string, Tensor> = new Map();
  #weights = new Map<string, Promise<RuntimeTensor>>();

  /** @param read gives a base parameter by its checkpoint name */
  constructor(
    architecture: Architecture,
    read: (name: string, dims: readonly number[]) => Promise<RuntimeTensor>,
  ) {
    this.#architecture = architecture;
    this.#read = read;
  }

  /**
   * Those of the `frozen` parameters that a version changes, changed. A new version replaces the last one.
   * @param frozen by checkpoint name, with their dims
   * @throws InputError when a delta fits no weight
   */
  async feeds(
    frozen: ReadonlyMap<string, readonly number[]>,
    { version, deltas }: MergedWeights,
  ): Promise<Feeds> {
    if (version !== this.#version) {
      this.#deltas = deltasByWeight(this.#architecture, deltas);
      this.#weights = new Map();
      this.#version = version;
    }
    // Of this version, though another may come while a weight is read.
    const [changes, weights] = [this.#deltas, this.#weights];
    const feeds = new Map<string, RuntimeTensor>();
    for (const [name, dims] of frozen) {
      const delta = changes.get(name);
      if (!delta) continue;
      const merging = weights.get(name) ?? this.#read(name, dims).then((base) => add(base, delta));
      weights.set(name, merging);
      feeds.set(name, await merging);
    }
    return feeds;
  }
}

function add({ dims, data }: RuntimeTensor, delta: Tensor): RuntimeTensor {
  const sum = Float32Array.from(data, (value, index) => value + (delta.data[index] ?? Number.NaN));
  return { dtype: 'float32', dims, data: sum };
}

/** The deltas by the checkpoint names of the weights they belong to. */
function deltasByWeight(
  architecture: Architecture,
  deltas: ReadonlyMap<string, Tensor>,
): ReadonlyMap<string, Tensor> {
  return new Map(
    [...deltas].map(([path, delta]) => {
      const site = parseModulePath(path);
      const map = architecture.linearMaps.find(({ name }) => name === site?.target);
      const known = site && map && site.block <= architecture.blocks;
      if (known && delta.dims.join() === [map.out, map.in].join()) {
        return [`${architecture.blockPath(site.block)}.${map.name}.weight`, delta];
      }
      throw new InputError({
        code: 'merged-weights-invalid',
        expected: known
          ? `a change of shape [${map.out}, ${map.in}]`
          : `blocks.<1 to ${architecture.blocks}>.<linear map>`,
        got: known ? `[${delta.dims}]` : path,
        where: `merged weights of ${path}`,
        todo: 'Use the merged weights with the model that they were made with.',
      });
    }),
  );
}
