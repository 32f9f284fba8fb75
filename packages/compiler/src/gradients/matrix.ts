import type { Value } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { integerAttribute } from '../ops/integer-attribute.ts';
import { reduceTo, singleOutput } from './gradient-rule.ts';

/** Rules of matrix products. */
export const matrixRules = {
  // Y = A·B: dA = dY·Bᵀ, dB = Aᵀ·dY, summed over broadcast batch axes
  MatMul: singleOutput((b, { dy, input }) => [
    () => reduceTo(b, b.MatMul(dy, transposeLast(b, input(1))), input(0).shape),
    () => reduceTo(b, b.MatMul(transposeLast(b, input(0)), dy), input(1).shape),
  ]),

  // Y = α·A'·B' + β·C, where A' is A or Aᵀ:
  // dA' = α·dY·B'ᵀ, dB' = α·A'ᵀ·dY, dC = β·dY
  Gemm: singleOutput((b, { dy, node, input }) => {
    const transA = integerAttribute(node, 'transA', 0) === 1;
    const transB = integerAttribute(node, 'transB', 0) === 1;
    const { alpha = 1, beta = 1 } = node.attributes;
    const product = (left: Value, right: Value, transLeft: boolean, transRight: boolean) =>
      b.node('Gemm', [left, right], {
        attributes: { alpha, transA: transLeft ? 1 : 0, transB: transRight ? 1 : 0 },
      });
    const [A, B, C] = [input(0), input(1), node.inputs[2]];
    return [
      () => (transA ? product(B, dy, transB, true) : product(dy, B, false, !transB)),
      () => (transB ? product(dy, A, true, transA) : product(A, dy, !transA, false)),
      C ? () => reduceTo(b, beta === 1 ? dy : b.Mul(dy, b.scalar(Number(beta))), C.shape) : null,
    ];
  }),
};

function transposeLast(b: GraphBuilder, x: Value): Value {
  const axes = x.shape.map((_, axis) => axis);
  return b.Transpose(x, [...axes.slice(0, -2), ...axes.slice(-2).reverse()]);
}
