import type { Graph } from '../graph/graph.ts';
import type { OpType } from '../ops/op-signatures.ts';

/** How often each op occurs in a graph. */
export function countOps(graph: Graph): Partial<Record<OpType, number>> {
  const counts: Partial<Record<OpType, number>> = {};
  for (const { op } of graph.nodes) counts[op] = (counts[op] ?? 0) + 1;
  return counts;
}
