import { itemAt } from '@legend-fl/base';
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

/**
 * A bottleneck after one linear map: y = x + up·GELU(down·x + downBias) + upBias, where x is the map's output
 * (Houlsby et al., arXiv 1902.00751; one per block as in Pfeiffer et al., arXiv 2005.00247).
 */
export interface BottleneckModule {
  readonly kind: 'bottleneck';
  /** [width, hidden] */
  readonly down: Tensor;
  /** [width] */
  readonly downBias: Tensor;
  /** [hidden, width] */
  readonly up: Tensor;
  /** [hidden] */
  readonly upBias: Tensor;
}

/** What one linear map carries. */
export type AdapterModule = LoraModule | BottleneckModule;

/** What is trained, sent and averaged: the modules of each block plus the task head. */
export interface Adapter<Module extends AdapterModule = AdapterModule> {
  /**
   * Entry l-1 belongs to block l and maps a target's name (`attention.self.query`) to its module.
   * A block that carries nothing (below a device's depth, say) has an empty map.
   */
  readonly blocks: readonly ReadonlyMap<string, Module>[];
  /** Head parameters by checkpoint name, e.g. `classifier.weight`. */
  readonly head: ReadonlyMap<string, Tensor>;
}

/** Rank of a LoRA module, width of a bottleneck: how many rows its first matrix has. */
export function rankOf(module: AdapterModule): number {
  return itemAt((module.kind === 'lora' ? module.a : module.down).dims, 0);
}

/** The same adapter with only the `depth` blocks nearest the output; the head stays. */
export function restrictToDepth(adapter: Adapter, depth: number): Adapter {
  const lowest = adapter.blocks.length - depth;
  return { ...adapter, blocks: adapter.blocks.map((block, index) => (index < lowest ? new Map() : block)) };
}

/**
 * Every tensor of the adapter by one flat name: `blocks.<l>.<target>.<part>` (l from 1; parts `lora_A`, `lora_B` of LoRA,
 * `down`, `down_bias`, `up`, `up_bias` of a bottleneck) and `head.<name>`; in the order of blocks, then the head.
 */
export function namedTensors(adapter: Adapter): Map<string, Tensor> {
  const named = new Map<string, Tensor>();
  mapTensors(adapter, (name, tensor) => {
    named.set(name, tensor);
    return tensor;
  });
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
            mapModule(module, (part, tensor) =>
              tensorNamed(moduleTensorName(index + 1, target, part), tensor),
            ),
          ]),
        ),
    ),
    head: new Map(
      [...adapter.head].map(([name, tensor]) => [name, tensorNamed(headTensorName(name), tensor)]),
    ),
  };
}

/** The parts of a module, as they end the flat names of its tensors. */
export type LoraPart = 'lora_A' | 'lora_B';
export type BottleneckPart = 'down' | 'down_bias' | 'up' | 'up_bias';
type ModulePart = LoraPart | BottleneckPart;

function mapModule(
  module: AdapterModule,
  tensorOf: (part: ModulePart, tensor: Tensor) => Tensor,
): AdapterModule {
  switch (module.kind) {
    case 'lora':
      return { ...module, a: tensorOf('lora_A', module.a), b: tensorOf('lora_B', module.b) };
    case 'bottleneck':
      return {
        ...module,
        down: tensorOf('down', module.down),
        downBias: tensorOf('down_bias', module.downBias),
        up: tensorOf('up', module.up),
        upBias: tensorOf('up_bias', module.upBias),
      };
  }
}

/** The name of a module among all: `blocks.<l>.<target>`. */
export function modulePath(block: number, target: string): string {
  return `blocks.${block}.${target}`;
}

/** What `modulePath` was made of, or undefined for a text that it does not make. */
export function parseModulePath(
  path: string,
): { readonly block: number; readonly target: string } | undefined {
  const [, block, target] = /^blocks\.([1-9]\d*)\.(.+)$/.exec(path) ?? [];
  return block && target ? { block: Number(block), target } : undefined;
}

export function moduleTensorName(block: number, target: string, part: ModulePart): string {
  return `${modulePath(block, target)}.${part}`;
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
