import { seededRandom } from '@legend-fl/base';
import { expect, test } from 'vitest';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { verify } from '../graph/verify.ts';
import { countOps } from '../testing/count-ops.ts';
import { expectSameResults } from '../testing/expect-same-results.ts';
import { randomProgram } from '../testing/random-program.ts';
import { eliminateDeadNodes } from './eliminate-dead-nodes.ts';

test.each([1, 2, 3, 4, 5, 6])('random program %i: fewer nodes, the same results', async (seed) => {
  const { b, result } = randomProgram(seededRandom(seed));
  b.output('result', result);
  const graph = b.graph();
  const lean = verify(eliminateDeadNodes(graph));
  expect(lean.nodes.length).toBeLessThan(graph.nodes.length);
  expect(eliminateDeadNodes(lean)).toEqual(lean);
  await expectSameResults(lean, graph, 0);
});

test('drops chains of nodes and constants that no output needs, and keeps the inputs', () => {
  const b = new GraphBuilder();
  const [x, unused] = [b.input('x', 'float32', [2]), b.input('unused', 'float32', [2])];
  b.Exp(b.Mul(b.Tanh(x), b.scalar(3)));
  b.Neg(unused);
  b.output('y', b.Mul(x, b.scalar(2)));
  const graph = eliminateDeadNodes(b.graph());
  expect(countOps(graph)).toEqual({ Mul: 1 });
  expect([...graph.constants.values()].map(({ data }) => data)).toEqual([[2]]);
  expect(graph.inputs).toEqual([x, unused]);
});

test('keeps a node of which one output is needed, and a constant that is an output', () => {
  const b = new GraphBuilder();
  const [, second] = b.Split(b.input('x', 'float32', [4]), [1, 3], 0);
  if (second) b.output('second', second);
  b.output('one', b.scalar(1));
  const graph = verify(eliminateDeadNodes(b.graph()));
  expect(countOps(graph)).toEqual({ Split: 1 });
  expect(graph.constants.size).toBe(2);
});
