import { seededRandom } from '@legend-fl/base';
import { expect, test } from 'vitest';
import { differentiate } from '../gradients/differentiate.ts';
import type { Value } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { verify } from '../graph/verify.ts';
import { countOps } from '../testing/count-ops.ts';
import { expectSameResults } from '../testing/expect-same-results.ts';
import { randomProgram } from '../testing/random-program.ts';
import { expandSharedGelu } from './expand-shared-gelu.ts';
import { mergeCommonSubexpressions } from './merge-common-subexpressions.ts';

test.each([1, 2, 3, 4, 5, 6])('random program %i: the same results', async (seed) => {
  const { b, result } = randomProgram(seededRandom(seed));
  b.output('result', result);
  const expanded = verify(expandSharedGelu(b.graph()));
  expect(countOps(expanded).Erf).toBeGreaterThan(0);
  await expectSameResults(expanded, b.graph(), 1e-6);
});

test.each([{}, { approximate: 'none' }])(
  'GELU %j and its gradient evaluate the error function once',
  async (attributes) => {
    const b = new GraphBuilder();
    const x = b.input('x', 'float32', [2, 8]);
    const y = b.node('Gelu', [b.Mul(x, b.scalar(3))], { attributes });
    const loss = b.ReduceSum(b.Mul(y, y), [0, 1], 0);
    b.output('loss', loss);
    b.output('dx', differentiate(b, loss, [x]).get(x) as Value);
    const graph = b.graph();
    expect(countOps(graph)).toMatchObject({ Gelu: 1, Erf: 1 });

    const merged = verify(mergeCommonSubexpressions(expandSharedGelu(graph)));
    expect(countOps(merged).Gelu).toBeUndefined();
    expect(countOps(merged).Erf).toBe(1);
    await expectSameResults(merged, graph, 1e-6);
  },
);

test('a GELU whose input nobody else reads stays, and so does the tanh approximation', () => {
  const b = new GraphBuilder();
  const x = b.input('x', 'float32', [4]);
  b.output('y', b.Gelu(b.Neg(x)));
  b.output('z', b.Add(b.Gelu(x, 'tanh'), x));
  expect(expandSharedGelu(b.graph())).toEqual(b.graph());
});
