import { type Graph, type GraphBuilder, type Node, quantizeKept, type Value } from '@legend-fl/compiler';
import type { ForwardContext } from '@legend-fl/models';

/** A block of the forward pass. */
export interface BuiltBlock {
  readonly block: number;
  readonly nodes: ReadonlySet<Node>;
  readonly output: Value;
}

/** A hook for `Architecture.forward` and `upper` that adds each block to `blocks`. */
export function noteBlocks(b: GraphBuilder, blocks: BuiltBlock[]): ForwardContext['inBlock'] {
  return (block, build) => {
    const before = b.nodes.length;
    const output = build();
    blocks.push({ block, nodes: new Set(b.nodes.slice(before)), output });
    return output;
  };
}

/**
 * The graph with the activations of some blocks kept as int8 for the backward pass.
 * @param gradientOf has the gradients of the blocks' outputs
 */
export function quantizeBlocks(
  graph: Graph,
  forwardNodes: number,
  blocks: readonly BuiltBlock[],
  gradientOf: ReadonlyMap<Value, Value>,
): Graph {
  if (blocks.length === 0) return graph;
  const parts = blocks.map(({ nodes, output }) => ({
    nodes,
    output,
    outputGradient: gradientOf.get(output) as Value,
  }));
  return quantizeKept(graph, forwardNodes, parts);
}
