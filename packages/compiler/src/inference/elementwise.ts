import { CompileError } from '../graph/compile-error.ts';
import { addDims, type Dim, multiplyDims } from '../graph/dim.ts';
import type { DType } from '../graph/graph.ts';
import { broadcastShapes } from '../ops/broadcast.ts';
import { commonDtype, type InferenceRule, input, sameAsFirst } from './inference-rule.ts';

const arithmetic: InferenceRule = (args) => {
  const [a, b] = [input(args, 0), input(args, 1)];
  return [{ dtype: commonDtype(a, b), shape: broadcastShapes(a.shape, b.shape) }];
};

/** Arithmetic on two lengths gives a length that is known when both are. */
function lengthArithmetic(combine: (lengths: readonly Dim[]) => Dim): InferenceRule {
  return (args) => {
    const lengths = [input(args, 0), input(args, 1)].map(({ elements }) =>
      elements?.length === 1 ? elements[0] : undefined,
    );
    const known = lengths.every((length): length is Dim => length !== undefined);
    return arithmetic(args).map((type) => ({ ...type, ...(known && { elements: [combine(lengths)] }) }));
  };
}

const comparison: InferenceRule = (args) => arithmetic(args).map((type) => ({ ...type, dtype: 'bool' }));

/** Ops that work element by element, with broadcasting. */
export const elementwiseTypes = {
  Add: lengthArithmetic(addDims),
  Sub: arithmetic,
  Div: arithmetic,
  Min: arithmetic,
  Less: comparison,
  LessOrEqual: comparison,

  Mul: lengthArithmetic(multiplyDims),

  Where: (args) => {
    const [condition, a, b] = [input(args, 0), input(args, 1), input(args, 2)];
    if (condition.dtype !== 'bool') throw new CompileError(`the condition is ${condition.dtype}, not bool`);
    const branches = broadcastShapes(a.shape, b.shape);
    return [{ dtype: commonDtype(a, b), shape: broadcastShapes(condition.shape, branches) }];
  },

  Cast: (args) => [{ dtype: args.attributes.to as DType, shape: input(args, 0).shape }],

  Neg: sameAsFirst,
  Abs: sameAsFirst,
  Exp: sameAsFirst,
  Log: sameAsFirst,
  Sqrt: sameAsFirst,
  Reciprocal: sameAsFirst,
  Sin: sameAsFirst,
  Cos: sameAsFirst,
  Erf: sameAsFirst,
  Tanh: sameAsFirst,
  Sigmoid: sameAsFirst,
  Relu: sameAsFirst,
  Identity: sameAsFirst,
  Gelu: sameAsFirst,
} satisfies Record<string, InferenceRule>;
