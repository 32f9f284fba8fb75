import { seededRandom } from '@legend-fl/base';
import { expect, test } from 'vitest';
import { differentiate } from '../gradients/differentiate.ts';
import type { Value } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { verify } from '../graph/verify.ts';
import { countOps } from '../testing/count-ops.ts';
import { expectSameResults } from '../testing/expect-same-results.ts';
import { randomProgram } from '../testing/random-program.ts';
import { rewrite } from './rewrite.ts';

test.each([1, 2, 3])('a rewrite that changes nothing gives the same graph (%i)', async (seed) => {
  const { b, result } = randomProgram(seededRandom(seed));
  b.output('result', result);
  const graph = b.graph();
  const rewritten = verify(rewrite(graph, () => undefined));
  expect(rewritten).toEqual(graph);
  await expectSameResults(rewritten, graph, 0);
});

test('a node may be replaced by several, or by a value that exists', async () => {
  const b = new GraphBuilder();
  const x = b.input('x', 'float32', [3]);
  b.output('y', b.Sub(b.Neg(b.Neg(x)), b.scalar(2)));
  const graph = b.graph();
  const rewritten = verify(
    rewrite(graph, (builder, node, [left, right]) => {
      const producer = left && builder.producerOf(left);
      if (node.op === 'Neg' && producer?.op === 'Neg') return [producer.inputs[0] as Value];
      if (node.op === 'Sub' && left && right) return [builder.Add(left, builder.Neg(right))];
      return undefined;
    }),
  );
  expect(countOps(rewritten)).toEqual({ Neg: 2, Add: 1 });
  await expectSameResults(rewritten, graph, 0);
});

test('the declared shape of a Pad is kept', async () => {
  const b = new GraphBuilder();
  const x = b.input('x', 'float32', [2, 'seq']);
  const loss = b.ReduceSum(b.Tanh(b.Slice(x, [1], [3], [1])), [0, 1], 0);
  b.output('dx', differentiate(b, loss, [x]).get(x) as Value);
  const rewritten = verify(rewrite(b.graph(), () => undefined));
  expect(countOps(rewritten).Pad).toBe(1);
  expect(rewritten.outputs.get('dx')?.shape).toEqual([2, 'seq']);
});
