/** A float32 tensor in row-major order; `data.length` is the product of `dims`. */
export interface Tensor {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/** LoRA on one linear map: ΔW = (alpha / r)·B·A (LoRA, arXiv 2106.09685, section 4.1). */
export interface LoraModule {
  readonly kind: 'lora';
  readonly alpha: number;
  /** [r, in] */
  readonly a: Tensor;
  /** [out, r] */
  readonly b: Tensor;
}

/** What is trained, sent and averaged: the LoRA tensors of each block plus the task head. */
export interface Adapter {
  /**
   * Entry l-1 belongs to block l and maps a target's name (`attention.self.query`) to its module.
   * A block that carries nothing (below a device's depth, say) has an empty map.
   */
  readonly blocks: readonly ReadonlyMap<string, LoraModule>[];
  /** Head parameters by checkpoint name, e.g. `classifier.weight`. */
  readonly head: ReadonlyMap<string, Tensor>;
}

/** Rank of the module: rows of A. */
export function rankOf(module: LoraModule): number {
  return module.a.dims[0] ?? 0;
}

/** The same adapter with only the `depth` blocks nearest the output; the head stays. */
export function restrictToDepth(adapter: Adapter, depth: number): Adapter {
  const lowest = adapter.blocks.length - depth;
  return { ...adapter, blocks: adapter.blocks.map((block, index) => (index < lowest ? new Map() : block)) };
}

/**
 * Every tensor of the adapter by one flat name: `blocks.<l>.<target>.lora_A`, `….lora_B` (l from 1) and
 * `head.<name>`; in the order of blocks, then the head.
 */
export function namedTensors(adapter: Adapter): Map<string, Tensor> {
  const named = new Map<string, Tensor>();
  for (const [index, block] of adapter.blocks.entries()) {
    for (const [target, module] of block) {
      named.set(loraTensorName(index + 1, target, 'lora_A'), module.a);
      named.set(loraTensorName(index + 1, target, 'lora_B'), module.b);
    }
  }
  for (const [name, tensor] of adapter.head) named.set(headTensorName(name), tensor);
  return named;
}

/** An adapter of the same shape whose tensors come from `tensorNamed`, called with the names of `namedTensors`. */
export function mapTensors(adapter: Adapter, tensorNamed: (name: string, tensor: Tensor) => Tensor): Adapter {
  return {
    blocks: adapter.blocks.map(
      (block, index) =>
        new Map(
          [...block].map(([target, module]) => [
            target,
            {
              ...module,
              a: tensorNamed(loraTensorName(index + 1, target, 'lora_A'), module.a),
              b: tensorNamed(loraTensorName(index + 1, target, 'lora_B'), module.b),
            },
          ]),
        ),
    ),
    head: new Map(
      [...adapter.head].map(([name, tensor]) => [name, tensorNamed(headTensorName(name), tensor)]),
    ),
  };
}

export function loraTensorName(block: number, target: string, factor: 'lora_A' | 'lora_B'): string {
  return `blocks.${block}.${target}.${factor}`;
}

export function headTensorName(name: string): string {
  return `head.${name}`;
}

/** Bytes of all tensors as float32. */
export function adapterBytes(adapter: Adapter): number {
  let bytes = 0;
  for (const tensor of namedTensors(adapter).values()) bytes += tensor.data.byteLength;
  return bytes;
}
