import { CompileError } from '../graph/compile-error.ts';
import { addDims, type Dim, divideDims, formatShape, multiplyDims, type Shape } from '../graph/dim.ts';
import type { Attributes, DType, Value } from '../graph/graph.ts';
import { broadcastShapes } from './broadcast.ts';
import type { OpType } from './op-signatures.ts';

/** What inference learns of one output. */
export interface InferredType {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly elements?: readonly Dim[];
}

interface Arguments {
  readonly inputs: readonly (Value | null)[];
  readonly attributes: Attributes;
  /** Result shape stated by the caller, for ops whose result depends on values known only when running. */
  readonly declared: Shape | undefined;
}

type InferenceRule = (args: Arguments) => readonly InferredType[];

/** Types of the outputs of one node, from the types of its inputs. */
export function inferTypes(op: OpType, args: Arguments): readonly InferredType[] {
  try {
    return rules[op](args);
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    const shapes = args.inputs.map((value) => (value ? `${value.dtype}${formatShape(value.shape)}` : '-'));
    throw new CompileError(`${op}(${shapes.join(', ')}): ${error.message}`, { cause: error });
  }
}

/** The input at `index`, which must be present. */
function input(args: Arguments, index: number): Value {
  const value = args.inputs[index];
  if (!value) throw new CompileError(`input ${index} is missing`);
  return value;
}

function integer(args: Arguments, name: string, fallback: number): number {
  const value = args.attributes[name];
  return typeof value === 'number' ? value : fallback;
}

/** A non-negative axis. */
function axisOf(axis: number, rank: number): number {
  const normal = axis < 0 ? axis + rank : axis;
  if (!(normal >= 0 && normal < rank)) throw new CompileError(`axis ${axis} is outside rank ${rank}`);
  return normal;
}

/** Numbers held by an int64 input that is known while compiling (axes, starts, split sizes). */
function numbers(args: Arguments, index: number): readonly number[] {
  const { elements } = input(args, index);
  if (!elements) throw new CompileError(`input ${index} must be known while compiling`);
  return elements.map((element) => {
    if (typeof element === 'number') return element;
    throw new CompileError(`input ${index} must hold numbers, got ${element}`);
  });
}

const sameAsFirst: InferenceRule = (args) => {
  const { dtype, shape } = input(args, 0);
  return [{ dtype, shape }];
};

const arithmetic: InferenceRule = (args) => {
  const [a, b] = [input(args, 0), input(args, 1)];
  if (a.dtype !== b.dtype) throw new CompileError(`dtypes ${a.dtype} and ${b.dtype} differ`);
  return [{ dtype: a.dtype, shape: broadcastShapes(a.shape, b.shape) }];
};

/** A product of two lengths is known when both are. */
const multiplication: InferenceRule = (args) => {
  const [product] = arithmetic(args) as [InferredType];
  const [left, right] = [input(args, 0).elements, input(args, 1).elements];
  if (left?.length !== 1 || right?.length !== 1) return [product];
  return [{ ...product, elements: [multiplyDims([...left, ...right])] }];
};

const comparison: InferenceRule = (args) => [
  { dtype: 'bool', shape: broadcastShapes(input(args, 0).shape, input(args, 1).shape) },
];

const reduction: InferenceRule = (args) => {
  const { dtype, shape } = input(args, 0);
  const axes = new Set(
    (args.inputs[1] ? numbers(args, 1) : shape.map((_, axis) => axis)).map((axis) =>
      axisOf(axis, shape.length),
    ),
  );
  const kept = integer(args, 'keepdims', 1) === 1;
  return [{ dtype, shape: shape.flatMap((dim, axis) => (axes.has(axis) ? (kept ? [1] : []) : [dim])) }];
};

const matrixProduct: InferenceRule = (args) => {
  const a = transposeLast(input(args, 0).shape, integer(args, 'transA', 0));
  const b = transposeLast(input(args, 1).shape, integer(args, 'transB', 0));
  if (a.length < 2 || b.length < 2) throw new CompileError('matrices need two dimensions or more');
  const [rows, columns] = [a.at(-2) as Dim, b.at(-1) as Dim];
  if (a.at(-1) !== b.at(-2)) throw new CompileError('inner dimensions differ');
  return [
    {
      dtype: input(args, 0).dtype,
      shape: [...broadcastShapes(a.slice(0, -2), b.slice(0, -2)), rows, columns],
    },
  ];
};

function transposeLast(shape: Shape, transposed: number): Shape {
  return transposed === 1 ? [...shape.slice(0, -2), ...shape.slice(-2).reverse()] : shape;
}

const gemm: InferenceRule = (args) => {
  const [product] = matrixProduct(args);
  if (product?.shape.length !== 2) throw new CompileError('Gemm takes two-dimensional matrices');
  const bias = args.inputs[2];
  if (bias && broadcastShapes(bias.shape, product.shape).join() !== product.shape.join()) {
    throw new CompileError(`C ${formatShape(bias.shape)} does not fit ${formatShape(product.shape)}`);
  }
  return [product];
};

const reshape: InferenceRule = (args) => {
  const { dtype, shape } = input(args, 0);
  const target = input(args, 1).elements ?? args.declared;
  if (!target) throw new CompileError('the target shape must be known while compiling');
  const copied = target.map((dim, axis) => (dim === 0 ? (shape[axis] ?? 0) : dim));
  const rest = divideDims(multiplyDims(shape), multiplyDims(copied.filter((dim) => dim !== -1)));
  if (rest === undefined || (!copied.includes(-1) && rest !== 1)) {
    throw new CompileError(`${formatShape(shape)} does not reshape to ${formatShape(target)}`);
  }
  return [{ dtype, shape: copied.map((dim) => (dim === -1 ? rest : dim)) }];
};

const concat: InferenceRule = (args) => {
  const values = args.inputs.map((_, index) => input(args, index));
  const first = input(args, 0);
  const axis = axisOf(integer(args, 'axis', 0), first.shape.length);
  const total = addDims(values.map((value) => value.shape[axis] as Dim));
  if (total === undefined) throw new CompileError('lengths along the axis do not add up to one term');
  const outside = (shape: Shape) => shape.toSpliced(axis, 1).join();
  if (values.some((value) => outside(value.shape) !== outside(first.shape))) {
    throw new CompileError('shapes differ outside the axis');
  }
  const shape = first.shape.with(axis, total);
  const known = values.every((value) => value.elements);
  return [
    {
      dtype: first.dtype,
      shape,
      ...(known && { elements: values.flatMap((value) => value.elements ?? []) }),
    },
  ];
};

const split: InferenceRule = (args) => {
  const { dtype, shape } = input(args, 0);
  const axis = axisOf(integer(args, 'axis', 0), shape.length);
  const sizes = numbers(args, 1);
  if (addDims([...sizes]) !== shape[axis])
    throw new CompileError(`sizes ${sizes} do not sum to ${shape[axis]}`);
  return sizes.map((size) => ({ dtype, shape: shape.with(axis, size) }));
};

const slice: InferenceRule = (args) => {
  const { dtype, shape } = input(args, 0);
  if (args.declared) return [{ dtype, shape: args.declared }];
  const [starts, ends] = [numbers(args, 1), numbers(args, 2)];
  const axes = args.inputs[3] ? numbers(args, 3) : starts.map((_, index) => index);
  if (args.inputs[4] && numbers(args, 4).some((step) => step !== 1))
    throw new CompileError('steps must be 1');
  const result = [...shape];
  for (const [index, axis] of axes.entries()) {
    const at = axisOf(axis, shape.length);
    result[at] = sliceLength(shape[at] as Dim, starts[index] as number, ends[index] as number);
  }
  return [{ dtype, shape: result }];
};

/** Length of [start, end) within `dim`; of a symbolic dimension only a fixed number of leading or trailing elements. */
function sliceLength(dim: Dim, start: number, end: number): number {
  if (typeof dim === 'number') {
    const clamp = (bound: number) => Math.min(Math.max(bound < 0 ? bound + dim : bound, 0), dim);
    return Math.max(clamp(end) - clamp(start), 0);
  }
  if (start < 0 === end < 0 && end >= start) return end - start;
  throw new CompileError(`[${start}, ${end}) of symbolic ${dim} has no length known while compiling`);
}

const softmax: InferenceRule = (args) => {
  axisOf(integer(args, 'axis', -1), input(args, 0).shape.length);
  return sameAsFirst(args);
};

const normalization: InferenceRule = (args) => {
  const { shape } = input(args, 0);
  if (axisOf(integer(args, 'axis', -1), shape.length) !== shape.length - 1) {
    throw new CompileError('only the last axis is normalised');
  }
  for (const parameter of args.inputs.slice(1)) {
    if (parameter && (parameter.shape.length !== 1 || parameter.shape[0] !== shape.at(-1))) {
      throw new CompileError(`a parameter of shape ${formatShape(parameter.shape)} does not fit`);
    }
  }
  return sameAsFirst(args);
};

const gather: InferenceRule = (args) => {
  const { dtype, shape } = input(args, 0);
  const axis = axisOf(integer(args, 'axis', 0), shape.length);
  return [{ dtype, shape: shape.toSpliced(axis, 1, ...input(args, 1).shape) }];
};

/** Transpose's permutation: the reversed axes when the attribute is absent. */
export function permutationOf(attributes: Attributes, rank: number): readonly number[] {
  const { perm } = attributes;
  return typeof perm === 'object' ? perm : Array.from({ length: rank }, (_, axis) => rank - 1 - axis);
}

const rules: Record<OpType, InferenceRule> = {
  Add: arithmetic,
  Sub: arithmetic,
  Mul: multiplication,
  Div: arithmetic,
  Pow: arithmetic,
  Min: arithmetic,
  Neg: sameAsFirst,
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
  Where: (args) => {
    const [condition, a, b] = [input(args, 0), input(args, 1), input(args, 2)];
    return [{ dtype: a.dtype, shape: broadcastShapes(condition.shape, broadcastShapes(a.shape, b.shape)) }];
  },
  Softmax: softmax,
  LogSoftmax: softmax,
  LayerNormalization: normalization,
  RMSNormalization: normalization,
  ReduceSum: reduction,
  ReduceMean: reduction,
  ReduceSumSquare: reduction,
  MatMul: matrixProduct,
  FusedMatMul: matrixProduct,
  Gemm: gemm,
  Transpose: (args) => {
    const { dtype, shape } = input(args, 0);
    const perm = permutationOf(args.attributes, shape.length);
    if ([...perm].sort().join() !== shape.map((_, axis) => axis).join()) {
      throw new CompileError(`perm [${perm}] does not fit rank ${shape.length}`);
    }
    return [{ dtype, shape: perm.map((axis) => shape[axis] as Dim) }];
  },
  Reshape: reshape,
  Expand: (args) => {
    const { dtype, shape } = input(args, 0);
    const target = input(args, 1).elements ?? args.declared;
    if (!target) throw new CompileError('the target shape must be known while compiling');
    return [{ dtype, shape: broadcastShapes(shape, target) }];
  },
  Squeeze: (args) => {
    const { dtype, shape } = input(args, 0);
    const axes = new Set(numbers(args, 1).map((axis) => axisOf(axis, shape.length)));
    if ([...axes].some((axis) => shape[axis] !== 1)) throw new CompileError('a squeezed dimension is not 1');
    return [{ dtype, shape: shape.filter((_, axis) => !axes.has(axis)) }];
  },
  Unsqueeze: (args) => {
    const { dtype, shape } = input(args, 0);
    const rank = shape.length + numbers(args, 1).length;
    const axes = new Set(numbers(args, 1).map((axis) => axisOf(axis, rank)));
    const rest = [...shape];
    return [
      {
        dtype,
        shape: Array.from({ length: rank }, (_, axis) => (axes.has(axis) ? 1 : (rest.shift() as Dim))),
      },
    ];
  },
  Concat: concat,
  Split: split,
  Slice: slice,
  Pad: (args) => {
    if (!args.declared) throw new CompileError('the result shape must be declared');
    return [{ dtype: input(args, 0).dtype, shape: args.declared }];
  },
  Gather: gather,
  GatherElements: (args) => [{ dtype: input(args, 0).dtype, shape: input(args, 1).shape }],
  ScatterElements: sameAsFirst,
  ScatterND: sameAsFirst,
  Shape: (args) => {
    const { shape } = input(args, 0);
    const elements = shape.slice(integer(args, 'start', 0), integer(args, 'end', shape.length));
    return [{ dtype: 'int64', shape: [elements.length], elements }];
  },
  Cast: (args) => [{ dtype: args.attributes.to as DType, shape: input(args, 0).shape }],
  Range: (args) => {
    if (!args.declared) throw new CompileError('the result shape must be declared');
    return [{ dtype: input(args, 0).dtype, shape: args.declared }];
  },
  Less: comparison,
  LessOrEqual: comparison,
  Equal: comparison,
};
