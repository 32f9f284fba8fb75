import { CompileError } from '../graph/compile-error.ts';
import { type Dim, formatShape, type Shape } from '../graph/dim.ts';
import { broadcastShapes } from '../ops/broadcast.ts';
import { integerAttribute } from '../ops/integer-attribute.ts';
import {
  commonDtype,
  type InferenceRule,
  type InferredType,
  input,
  type NodeArguments,
} from './inference-rule.ts';

/** Matrix products. */
export const matrixTypes = {
  MatMul: (args) => [product(args)],
  FusedMatMul: (args) => [product(args)],

  Gemm: (args) => {
    const result = product(args);
    if (result.shape.length !== 2) throw new CompileError('Gemm takes two-dimensional matrices');
    const c = args.inputs[2];
    if (c) commonDtype(input(args, 0), c);
    if (c && formatShape(broadcastShapes(c.shape, result.shape)) !== formatShape(result.shape)) {
      throw new CompileError(`C ${formatShape(c.shape)} does not fit ${formatShape(result.shape)}`);
    }
    return [result];
  },
} satisfies Record<string, InferenceRule>;

/** [..., m, k]·[..., k, n] → [..., m, n], the leading axes broadcast. */
function product(args: NodeArguments): InferredType {
  const [left, right] = [input(args, 0), input(args, 1)];
  const a = transposeLast(left.shape, integerAttribute(args, 'transA', 0));
  const b = transposeLast(right.shape, integerAttribute(args, 'transB', 0));
  if (a.length < 2 || b.length < 2) throw new CompileError('matrices need two dimensions or more');
  if (a.at(-1) !== b.at(-2)) throw new CompileError(`inner dimensions ${a.at(-1)} and ${b.at(-2)} differ`);
  return {
    dtype: commonDtype(left, right),
    shape: [...broadcastShapes(a.slice(0, -2), b.slice(0, -2)), a.at(-2) as Dim, b.at(-1) as Dim],
  };
}

function transposeLast(shape: Shape, transposed: number): Shape {
  return transposed === 1 ? [...shape.slice(0, -2), ...shape.slice(-2).reverse()] : shape;
}
