import { seededRandom } from '@legend-fl/base';
import { describe, expect, test } from 'vitest';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { verify } from '../graph/verify.ts';
import { countOps } from '../testing/count-ops.ts';
import { expectSameResults } from '../testing/expect-same-results.ts';
import { randomProgram } from '../testing/random-program.ts';
import { eliminateDeadNodes } from './eliminate-dead-nodes.ts';
import { fuseTransposedMatMul } from './fuse-transposed-matmul.ts';

test.each([1, 2, 3, 4, 5, 6])(
  'random program %i: no product of swapped axes, the same results',
  async (seed) => {
    const { b, result } = randomProgram(seededRandom(seed));
    b.output('result', result);
    const graph = b.graph();
    const fused = verify(fuseTransposedMatMul(graph));
    const producers = new Map(fused.nodes.map((node) => [node.outputs[0], node.op]));
    const unfused = fused.nodes.filter(
      ({ op, inputs }) =>
        op === 'MatMul' && inputs.some((input) => input && producers.get(input) === 'Transpose'),
    );
    expect(unfused).toEqual([]);
    expect(countOps(fused).FusedMatMul).toBeGreaterThan(0);
    await expectSameResults(fused, graph, 1e-6);
  },
);

describe('a MatMul of', () => {
  test.each([
    ['the left transposed', [2, 4, 3], true, [2, 4, 5], false],
    ['the right transposed', [2, 3, 4], false, [2, 5, 4], true],
    ['both transposed', [2, 4, 3], true, [2, 5, 4], true],
    ['matrices', [4, 3], true, [5, 4], true],
    ['four dimensions', [2, 2, 4, 3], true, [2, 2, 5, 4], true],
    ['a matrix on the left by a batch', [4, 3], true, [2, 5, 4], true],
    ['a batch by a matrix on the right', [2, 4, 3], true, [5, 4], true],
    ['a batch of one by a batch', [1, 4, 3], true, [2, 5, 4], true],
    ['batches that broadcast both ways', [2, 1, 4, 3], true, [1, 3, 5, 4], true],
    ['one vector', [2, 4, 1], true, [2, 1, 4], true],
  ] as const)('%s is one FusedMatMul', async (_, left, swapLeft, right, swapRight) => {
    const b = new GraphBuilder();
    const swap = (name: string, shape: readonly number[], swapped: boolean) => {
      const value = b.input(name, 'float32', shape);
      const axes = shape.map((_, axis) => axis);
      return swapped ? b.Transpose(value, [...axes.slice(0, -2), ...axes.slice(-2).reverse()]) : value;
    };
    b.output('y', b.MatMul(swap('a', left, swapLeft), swap('b', right, swapRight)));
    const fused = eliminateDeadNodes(fuseTransposedMatMul(b.graph()));
    expect(countOps(fused)).toEqual({ FusedMatMul: 1 });
    await expectSameResults(fused, b.graph(), 1e-6);
  });

  test('axes moved in another way stays', () => {
    const b = new GraphBuilder();
    const x = b.input('x', 'float32', [3, 3, 3]);
    for (const perm of [
      [2, 1, 0],
      [1, 0, 2],
      [1, 2, 0],
      [0, 1, 2],
    ]) {
      b.output(`y${perm}`, b.MatMul(b.Transpose(x, perm), x));
    }
    expect(countOps(fuseTransposedMatMul(b.graph()))).toEqual({ Transpose: 4, MatMul: 4 });
  });

  test('a transpose that others read too leaves it to them', async () => {
    const b = new GraphBuilder();
    const x = b.input('x', 'float32', [3, 3]);
    const swapped = b.node('Transpose', [x]);
    b.output('y', b.Add(b.MatMul(swapped, x), swapped));
    const fused = eliminateDeadNodes(fuseTransposedMatMul(b.graph()));
    expect(countOps(fused)).toEqual({ Transpose: 1, FusedMatMul: 1, Add: 1 });
    await expectSameResults(fused, b.graph(), 1e-6);
  });
});
