import { type BottleneckPart, moduleTensorName } from '@legend-fl/adapter';
import type { GraphBuilder, Shape, Value } from '@legend-fl/compiler';
import type { LinearSite } from '@legend-fl/models';

/**
 * Adds up·GELU(down·h + downBias) + upBias to the output h [rows, out] of a linear map (Houlsby et al., arXiv 1902.00751).
 * The four tensors are graph inputs, their width symbolic (`width_<block>`): one graph serves every width.
 *
 * @param declared receives them by the names of `namedTensors`
 */
export function appendBottleneck(
  b: GraphBuilder,
  declared: Map<string, Value>,
  site: LinearSite,
  h: Value,
): Value {
  const width = `width_${site.block}`;
  const declare = (part: BottleneckPart, shape: Shape): Value => {
    const value = b.input(moduleTensorName(site.block, site.name, part), 'float32', shape);
    declared.set(value.name, value);
    return value;
  };
  const down = declare('down', [width, site.out]);
  const downBias = declare('down_bias', [width]);
  const up = declare('up', [site.out, width]);
  const upBias = declare('up_bias', [site.out]);
  const inner = b.Gelu(b.Gemm(h, down, downBias, { transB: 1 }));
  return b.Gemm(inner, up, b.Add(h, upBias), { transB: 1 });
}
