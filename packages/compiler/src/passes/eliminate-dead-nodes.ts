import type { Graph, Value } from '../graph/graph.ts';

/** Drops the nodes and constants that no output depends on. Inputs stay: they are the caller's contract. */
export function eliminateDeadNodes(graph: Graph): Graph {
  const live = new Set<Value>(graph.outputs.values());
  const nodes = graph.nodes.toReversed().filter((node) => {
    const needed = node.outputs.some((output) => live.has(output));
    if (needed) for (const input of node.inputs) if (input) live.add(input);
    return needed;
  });
  return {
    ...graph,
    nodes: nodes.reverse(),
    constants: new Map([...graph.constants].filter(([value]) => live.has(value))),
  };
}
