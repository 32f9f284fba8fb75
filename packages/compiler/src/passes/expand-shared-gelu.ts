import { normalCdf } from '../gradients/elementwise.ts';
import type { Graph, Value } from '../graph/graph.ts';
import { rewrite } from './rewrite.ts';

/**
 * Writes gelu(x) as x·Φ(x) where x is used again, that is where its gradient is in the graph: the gradient needs
 * Φ(x) too, and once equal nodes are merged the error function is evaluated once instead of twice.
 */
export function expandSharedGelu(graph: Graph): Graph {
  const uses = new Map<Value, number>();
  for (const input of graph.nodes.flatMap((node) => node.inputs)) {
    if (input) uses.set(input, (uses.get(input) ?? 0) + 1);
  }
  return rewrite(graph, (b, node, [x]) => {
    const [original] = node.inputs;
    if (node.op !== 'Gelu' || node.attributes.approximate === 'tanh' || !x || !original) return undefined;
    if (uses.get(original) === 1) return undefined;
    return [b.Mul(x, normalCdf(b, b.Mul(x, b.scalar(Math.SQRT1_2))))];
  });
}
