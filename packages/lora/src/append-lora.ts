import { type LoraPart, moduleTensorName } from '@legend-fl/adapter';
import type { GraphBuilder, Shape, Value } from '@legend-fl/compiler';
import type { LinearSite } from '@legend-fl/models';

/** The name of the graph input that holds a module's α/r. */
export function scaleName(block: number, target: string): string {
  return `blocks.${block}.${target}.scale`;
}

/**
 * Adds (α/r)·x·Aᵀ·Bᵀ to the output of a linear map (LoRA, arXiv 2106.09685, section 4.1). A [r, in], B [out, r] and the
 * scalar α/r are graph inputs, r symbolic (`rank_<block>`): one graph serves every rank.
 *
 * @param declared receives A and B by the names of `namedTensors`
 */
export function appendLora(
  b: GraphBuilder,
  declared: Map<string, Value>,
  site: LinearSite,
  x: Value,
  output: Value,
): Value {
  const rank = `rank_${site.block}`;
  const declare = (part: LoraPart, shape: Shape): Value => {
    const value = b.input(moduleTensorName(site.block, site.name, part), 'float32', shape);
    declared.set(value.name, value);
    return value;
  };
  const A = declare('lora_A', [rank, site.in]);
  const B = declare('lora_B', [site.out, rank]);
  const scale = b.input(scaleName(site.block, site.name), 'float32', []);
  const reduced = b.Mul(b.Gemm(x, A, null, { transB: 1 }), scale);
  return b.Gemm(reduced, B, output, { transB: 1 });
}
