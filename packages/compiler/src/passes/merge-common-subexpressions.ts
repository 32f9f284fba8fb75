import type { Graph, Value } from '../graph/graph.ts';
import { rewrite } from './rewrite.ts';

/** Computes equal nodes (same op, inputs and attributes) once. */
export function mergeCommonSubexpressions(graph: Graph): Graph {
  const seen = new Map<string, readonly Value[]>();
  return rewrite(graph, (b, node, inputs) => {
    const key = JSON.stringify([node.op, node.attributes, inputs.map((input) => input?.name)]);
    const outputs =
      seen.get(key) ??
      b.nodeOutputs(node.op, inputs, { attributes: node.attributes, declared: node.outputs[0]?.shape });
    seen.set(key, outputs);
    return outputs;
  });
}
