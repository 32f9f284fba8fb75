import { entryOf, itemAt } from '@legend-fl/base';
import type { Graph, Node, Value } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';

/**
 * What stands in for one node: values for its outputs, or undefined to keep the node as it is.
 * `inputs` are the node's inputs in the graph being built.
 */
export type Rewrite = (
  b: GraphBuilder,
  node: Node,
  inputs: readonly (Value | null)[],
) => readonly Value[] | undefined;

/** Builds the graph anew, node by node, with `rewriteNode` applied; types are inferred again on the way. */
export function rewrite(graph: Graph, rewriteNode: Rewrite): Graph {
  const b = new GraphBuilder();
  const renewed = new Map<Value, Value>();
  for (const value of graph.inputs) renewed.set(value, b.input(value.name, value.dtype, value.shape));
  for (const [value, { dtype, dims, data }] of graph.constants)
    renewed.set(value, b.constant(dtype, dims, data));

  for (const node of graph.nodes) {
    const inputs = node.inputs.map((input) => input && entryOf(renewed, input));
    const outputs =
      rewriteNode(b, node, inputs) ??
      b.nodeOutputs(node.op, inputs, { attributes: node.attributes, declared: node.outputs[0]?.shape });
    for (const [index, output] of node.outputs.entries()) renewed.set(output, itemAt(outputs, index));
  }
  for (const [name, value] of graph.outputs) b.output(name, entryOf(renewed, value));
  return b.graph();
}
