import { expect, test } from 'vitest';
import { differentiate } from '../gradients/differentiate.ts';
import type { Value } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { verify } from '../graph/verify.ts';
import { countOps } from '../testing/count-ops.ts';
import { expectSameResults } from '../testing/expect-same-results.ts';
import { expandLogSoftmax } from './expand-log-softmax.ts';
import { optimize } from './optimize.ts';

test.each([{}, { axis: -1 }, { axis: 1 }, { axis: 0 }])(
  'with %j: the same results and gradients, without LogSoftmax',
  async (attributes) => {
    const b = new GraphBuilder();
    const x = b.input('x', 'float32', [2, 3, 4]);
    // Far from 0, where exp(x) itself would overflow.
    const y = b.node('LogSoftmax', [b.Mul(x, b.scalar(100))], { attributes });
    b.output('y', y);
    const loss = b.ReduceSum(b.Mul(y, x), [0, 1, 2], 0);
    b.output('dx', differentiate(b, loss, [x]).get(x) as Value);
    const expanded = verify(expandLogSoftmax(b.graph()));
    expect(countOps(expanded).LogSoftmax).toBeUndefined();
    await expectSameResults(expanded, b.graph(), 1e-3);
  },
);

test('is done for WebGPU only', () => {
  const b = new GraphBuilder();
  b.output('y', b.LogSoftmax(b.input('x', 'float32', [2, 3])));
  expect(countOps(optimize(b.graph(), 'webgpu')).LogSoftmax).toBeUndefined();
  for (const provider of ['cpu', 'wasm'] as const) {
    expect(countOps(optimize(b.graph(), provider)).LogSoftmax).toBe(1);
  }
});
