import type { Graph } from '../graph/graph.ts';
import { rewrite } from './rewrite.ts';

/**
 * log softmax(x) → (x - max x) - log Σ exp(x - max x). ONNX Runtime's WebGPU provider has no LogSoftmax: it would leave
 * the graphics device in the middle of a step, to the processor and back.
 */
export function expandLogSoftmax(graph: Graph): Graph {
  return rewrite(graph, (b, node, [x]) => {
    if (node.op !== 'LogSoftmax' || !x) return undefined;
    const axis = typeof node.attributes.axis === 'number' ? node.attributes.axis : -1;
    const shifted = b.Sub(x, b.ReduceMax(x, [axis]));
    return [b.Sub(shifted, b.Log(b.ReduceSum(b.Exp(shifted), [axis])))];
  });
}
