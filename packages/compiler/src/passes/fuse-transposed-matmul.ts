import type { Graph, Value } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { permutationOf } from '../ops/axes.ts';
import { rewrite } from './rewrite.ts';

/**
 * MatMul of a matrix whose last two axes were just swapped → com.microsoft.FusedMatMul, which reads it transposed
 * instead of copying it. ONNX Runtime's CPU provider only.
 */
export function fuseTransposedMatMul(graph: Graph): Graph {
  return rewrite(graph, (b, node, [left, right]) => {
    if (node.op !== 'MatMul' || !left || !right) return undefined;
    const [a, c] = [beforeSwap(b, left), beforeSwap(b, right)];
    if (!a && !c) return undefined;
    return b.nodeOutputs('FusedMatMul', [a ?? left, c ?? right], {
      attributes: { transA: a ? 1 : 0, transB: c ? 1 : 0 },
    });
  });
}

/** What a value was before its last two axes were swapped, or undefined when it is no such transpose. */
function beforeSwap(b: GraphBuilder, value: Value): Value | undefined {
  const producer = b.producerOf(value);
  if (producer?.op !== 'Transpose') return undefined;
  const rank = value.shape.length;
  const perm = permutationOf(producer.attributes, rank);
  const swaps = perm.every((axis, index) => axis === (index < rank - 2 ? index : 2 * rank - 3 - index));
  return swaps ? (producer.inputs[0] ?? undefined) : undefined;
}
