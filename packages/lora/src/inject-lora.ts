import { loraTensorName } from '@legend/adapter';
import type { GraphBuilder, Value } from '@legend/compiler';
import type { LinearMap, LinearSite } from '@legend/models';

/** Which sites carry LoRA in a graph. */
export interface Injection {
  readonly targets: readonly LinearMap[];
  /** Numbers of the blocks that carry LoRA. */
  readonly blocks: readonly number[];
}

/** The name of the graph input that holds a module's α/r. */
export function scaleName(block: number, target: string): string {
  return `blocks.${block}.${target}.scale`;
}

/**
 * A hook for `Architecture.forward` that adds (α/r)·x·Aᵀ·Bᵀ to the output of every target (LoRA, section 4.1).
 * A [r, in], B [out, r] and the scalar α/r are graph inputs, r symbolic: one graph serves every rank.
 *
 * @param declared receives A and B by the names of `namedTensors`
 */
export function injectLora(
  b: GraphBuilder,
  { targets, blocks }: Injection,
  declared: Map<string, Value>,
): (site: LinearSite, x: Value, output: Value) => Value {
  const names = new Set(targets.map((target) => target.name));
  return (site, x, output) => {
    if (!blocks.includes(site.block) || !names.has(site.name)) return output;
    const rank = `rank_${site.block}`;
    const declare = (factor: 'lora_A' | 'lora_B', dims: readonly (string | number)[]): Value => {
      const name = loraTensorName(site.block, site.name, factor);
      const value = b.input(name, 'float32', dims);
      declared.set(name, value);
      return value;
    };
    const A = declare('lora_A', [rank, site.in]);
    const B = declare('lora_B', [site.out, rank]);
    const scale = b.input(scaleName(site.block, site.name), 'float32', []);
    const reduced = b.Mul(b.Gemm(x, A, null, { transB: 1 }), scale);
    return b.Gemm(reduced, B, output, { transB: 1 });
  };
}
