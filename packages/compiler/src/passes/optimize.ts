import type { Graph } from '../graph/graph.ts';
import { verify } from '../graph/verify.ts';
import { eliminateDeadNodes } from './eliminate-dead-nodes.ts';
import { expandLogSoftmax } from './expand-log-softmax.ts';
import { expandSharedGelu } from './expand-shared-gelu.ts';
import { fuseTransposedMatMul } from './fuse-transposed-matmul.ts';
import { mergeCommonSubexpressions } from './merge-common-subexpressions.ts';

/** Where a graph will run; decides which runtime-specific ops it may use. */
export type ExecutionProvider = 'cpu' | 'wasm' | 'webgpu';

/** The passes every graph goes through, in order, verified after each. */
export function optimize(graph: Graph, provider: ExecutionProvider): Graph {
  const passes = [
    expandSharedGelu,
    ...(provider === 'webgpu' ? [expandLogSoftmax] : []),
    mergeCommonSubexpressions,
    ...(provider === 'cpu' ? [fuseTransposedMatMul] : []),
    eliminateDeadNodes,
  ];
  return passes.reduce((current, pass) => verify(pass(current)), verify(graph));
}
