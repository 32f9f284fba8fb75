import { expect, test } from 'vitest';
import { optimize } from '../passes/optimize.ts';
import { CompileError } from './compile-error.ts';
import { GraphBuilder } from './graph-builder.ts';
import { countMatrixFlops } from './matrix-flops.ts';

test('counts the matrix products of a graph at given lengths, fused or not', () => {
  const b = new GraphBuilder();
  const x = b.input('x', 'float32', ['batch', 'seq', 8]);
  const scores = b.MatMul(x, b.Transpose(x, [0, 2, 1]));
  const weight = b.input('weight', 'float32', [3, 8]);
  const rows = b.Gemm(b.Reshape(x, ['batch*seq', 8]), weight, null, { transB: 1 });
  const across = b.Gemm(rows, rows, null, { transA: 1 });
  b.output('scores', b.Tanh(scores));
  b.output('across', across);

  const [batch, seq] = [2, 5];
  const expected = 2 * (batch * seq * 8 * seq + batch * seq * 8 * 3 + 3 * batch * seq * 3);
  expect(countMatrixFlops(b.graph(), { batch, seq })).toBe(expected);
  expect(countMatrixFlops(optimize(b.graph(), 'cpu'), { batch, seq })).toBe(expected);
});

test('a symbol without a value is refused', () => {
  const b = new GraphBuilder();
  const x = b.input('x', 'float32', ['seq', 'seq']);
  b.output('y', b.MatMul(x, x));
  expect(() => countMatrixFlops(b.graph(), { batch: 1 })).toThrow(
    new CompileError('the symbol seq has no value'),
  );
});
