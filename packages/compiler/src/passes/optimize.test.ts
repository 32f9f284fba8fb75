import { seededRandom } from '@legend-fl/base';
import { expect, test } from 'vitest';
import { differentiate } from '../gradients/differentiate.ts';
import { CompileError } from '../graph/compile-error.ts';
import type { Graph, Value } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { countOps } from '../testing/count-ops.ts';
import { expectSameResults } from '../testing/expect-same-results.ts';
import { randomProgram } from '../testing/random-program.ts';
import { optimize } from './optimize.ts';

/** A random program with a loss and its gradients. */
function trainingGraph(seed: number): Graph {
  const { b, inputs, result } = randomProgram(seededRandom(seed));
  const loss = b.ReduceMean(b.Mul(result, result), [0, 1, 2], 0);
  b.output('loss', loss);
  for (const [input, gradient] of differentiate(b, loss, inputs)) b.output(`d.${input.name}`, gradient);
  return b.graph();
}

test.each([1, 2, 3, 4, 5, 6])(
  'training graph of random program %i: fewer nodes, the same results',
  async (seed) => {
    const graph = trainingGraph(seed);
    const optimized = optimize(graph, 'cpu');
    expect(optimized.nodes.length).toBeLessThan(graph.nodes.length);
    await expectSameResults(optimized, graph, 1e-5);
  },
);

test('ops of ONNX Runtime itself are for its CPU provider only', async () => {
  const graph = trainingGraph(1);
  expect(countOps(optimize(graph, 'cpu')).FusedMatMul).toBeGreaterThan(0);
  for (const provider of ['wasm', 'webgpu'] as const) {
    const optimized = optimize(graph, provider);
    expect(countOps(optimized).FusedMatMul).toBeUndefined();
    await expectSameResults(optimized, graph, 1e-5);
  }
});

test('a GELU and its gradient evaluate the error function once', () => {
  const b = new GraphBuilder();
  const x = b.input('x', 'float32', [4]);
  const loss = b.ReduceSum(b.Gelu(x), [0], 0);
  b.output('loss', loss);
  b.output('dx', differentiate(b, loss, [x]).get(x) as Value);
  expect(countOps(optimize(b.graph(), 'webgpu'))).toMatchObject({ Erf: 1 });
  expect(countOps(optimize(b.graph(), 'webgpu')).Gelu).toBeUndefined();
});

test('an invalid graph is refused', () => {
  const graph = trainingGraph(1);
  const [first, ...rest] = graph.nodes;
  expect(first).toBeDefined();
  expect(() => optimize({ ...graph, nodes: rest }, 'cpu')).toThrow(CompileError);
});
