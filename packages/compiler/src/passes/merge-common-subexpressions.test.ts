import { seededRandom } from '@legend-fl/base';
import { expect, test } from 'vitest';
import type { Graph, Value } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { verify } from '../graph/verify.ts';
import { countOps } from '../testing/count-ops.ts';
import { expectSameResults } from '../testing/expect-same-results.ts';
import { randomProgram } from '../testing/random-program.ts';
import { mergeCommonSubexpressions } from './merge-common-subexpressions.ts';

test.each([1, 2, 3, 4, 5, 6])('random program %i: no two equal nodes, the same results', async (seed) => {
  const { b, result } = randomProgram(seededRandom(seed));
  b.output('result', result);
  const graph = b.graph();
  const merged = verify(mergeCommonSubexpressions(graph));
  expect(distinctNodes(graph)).toBeLessThan(graph.nodes.length);
  expect(distinctNodes(merged)).toBe(merged.nodes.length);
  await expectSameResults(merged, graph, 0);
});

test('merges nodes that become equal once their inputs are merged', async () => {
  const b = new GraphBuilder();
  const x = b.input('x', 'float32', [3]);
  const twice = [1, 2].map(() => b.Exp(b.Neg(b.Mul(x, b.scalar(2)))));
  b.output('y', b.Sub(twice[0] as Value, twice[1] as Value));
  b.output('z', twice[1] as Value);
  const merged = mergeCommonSubexpressions(b.graph());
  expect(countOps(merged)).toEqual({ Mul: 1, Neg: 1, Exp: 1, Sub: 1 });
  await expectSameResults(merged, b.graph(), 0);
});

test('merges every output of equal nodes', async () => {
  const b = new GraphBuilder();
  const x = b.input('x', 'float32', [4]);
  const [first, second] = [b.Split(x, [2, 2], 0), b.Split(x, [2, 2], 0)];
  b.output('y', b.Add(first[0] as Value, second[1] as Value));
  const merged = mergeCommonSubexpressions(b.graph());
  expect(countOps(merged)).toEqual({ Split: 1, Add: 1 });
  await expectSameResults(merged, b.graph(), 0);
});

test('keeps apart what differs in attributes, order or presence of inputs', () => {
  const b = new GraphBuilder();
  const [x, y] = [b.input('x', 'float32', [3, 3]), b.input('y', 'float32', [3, 3])];
  b.Softmax(x, 0);
  b.Softmax(x, 1);
  b.Sub(x, y);
  b.Sub(y, x);
  b.Gemm(x, y);
  b.Gemm(x, y, null, { transA: 1 });
  b.Gemm(x, y, x);
  expect(mergeCommonSubexpressions(b.graph()).nodes).toHaveLength(7);
});

function distinctNodes({ nodes }: Graph): number {
  return new Set(
    nodes.map(({ op, inputs, attributes }) =>
      JSON.stringify([op, inputs.map((value) => value?.name), attributes]),
    ),
  ).size;
}
