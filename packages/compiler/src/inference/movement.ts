import { CompileError } from '../graph/compile-error.ts';
import { addDims, type Dim, divideDims, formatShape, multiplyDims, type Shape } from '../graph/dim.ts';
import type { Value } from '../graph/graph.ts';
import { axesOf, axisOf, permutationOf } from '../ops/axes.ts';
import { broadcastShapes } from '../ops/broadcast.ts';
import { integerAttribute } from '../ops/integer-attribute.ts';
import { knownIntegers } from '../ops/known-integers.ts';
import { commonDtype, type InferenceRule, input, type NodeArguments, sameAsFirst } from './inference-rule.ts';

/** Ops that only move elements. */
export const movementTypes = {
  Transpose: (args) => {
    const { dtype, shape } = input(args, 0);
    const perm = permutationOf(args.attributes, shape.length);
    if (perm.length !== shape.length || shape.some((_, axis) => !perm.includes(axis))) {
      throw new CompileError(`perm [${perm}] does not fit rank ${shape.length}`);
    }
    return [{ dtype, shape: perm.map((axis) => shape[axis] as Dim) }];
  },

  // 0 copies the dimension in its place, one -1 takes what is left
  Reshape: (args) => {
    const { dtype, shape } = input(args, 0);
    const target = knownShape(args).map((dim, axis) => {
      const copied = dim === 0 ? shape[axis] : dim;
      if (copied !== undefined) return copied;
      const wanted = formatShape(knownShape(args));
      throw new CompileError(
        `${formatShape(shape)} does not reshape to ${wanted}, as it has no axis ${axis}`,
      );
    });
    const named = target.filter((dim) => dim !== -1);
    const rest = divideDims(multiplyDims(shape), multiplyDims(named));
    const unnamed = target.length - named.length;
    if (rest === undefined || unnamed > 1 || (unnamed === 0 && rest !== 1)) {
      throw new CompileError(`${formatShape(shape)} does not reshape to ${formatShape(knownShape(args))}`);
    }
    return [{ dtype, shape: target.map((dim) => (dim === -1 ? rest : dim)) }];
  },

  Expand: (args) => {
    const { dtype, shape } = input(args, 0);
    return [{ dtype, shape: broadcastShapes(shape, knownShape(args)) }];
  },

  Squeeze: (args) => {
    const { dtype, shape, elements } = input(args, 0);
    const axes = axesOf(knownIntegers(input(args, 1)), shape.length);
    if (axes.some((axis) => shape[axis] !== 1)) throw new CompileError('a squeezed dimension is not 1');
    return [{ dtype, shape: shape.filter((_, axis) => !axes.includes(axis)), ...(elements && { elements }) }];
  },

  Unsqueeze: (args) => {
    const { dtype, shape } = input(args, 0);
    const added = knownIntegers(input(args, 1));
    const rank = shape.length + added.length;
    const axes = axesOf(added, rank).toSorted((a, b) => a - b);
    return [{ dtype, shape: axes.reduce<Shape>((result, axis) => result.toSpliced(axis, 0, 1), shape) }];
  },

  Concat: (args) => {
    const first = input(args, 0);
    const values = args.inputs.map((_, index) => input(args, index));
    const axis = axisOf(integerAttribute(args, 'axis', 0), first.shape.length);
    if (values.some(({ shape }) => !sameOutside(axis, shape, first.shape))) {
      throw new CompileError('shapes differ outside the axis');
    }
    const total = addDims(values.map(({ shape }) => shape[axis] as Dim));
    const elements = knownElements(values);
    return [
      {
        dtype: commonDtype(first, ...values),
        shape: first.shape.with(axis, total),
        ...(elements && { elements }),
      },
    ];
  },

  Split: (args) => {
    const { dtype, shape } = input(args, 0);
    const axis = axisOf(integerAttribute(args, 'axis', 0), shape.length);
    const sizes = knownIntegers(input(args, 1));
    if (addDims(sizes) !== shape[axis]) {
      throw new CompileError(`sizes [${sizes}] do not sum to ${shape[axis]}`);
    }
    return sizes.map((size) => ({ dtype, shape: shape.with(axis, size) }));
  },

  Slice: (args) => {
    const { dtype, shape } = input(args, 0);
    const [starts, ends] = [knownIntegers(input(args, 1)), knownIntegers(input(args, 2))];
    const axes = args.inputs[3] ? knownIntegers(args.inputs[3]) : starts.map((_, index) => index);
    if (starts.length !== axes.length || ends.length !== axes.length) {
      throw new CompileError(`starts [${starts}], ends [${ends}] and axes [${axes}] differ in length`);
    }
    if (args.inputs[4] && knownIntegers(args.inputs[4]).some((step) => step !== 1)) {
      throw new CompileError('steps must be 1');
    }
    const result = [...shape];
    for (const [index, axis] of axesOf(axes, shape.length).entries()) {
      result[axis] = sliceLength(shape[axis] as Dim, starts[index] as number, ends[index] as number);
    }
    return [{ dtype, shape: result }];
  },

  Pad: (args) => {
    if (!args.declared) throw new CompileError('the result shape must be declared');
    return [{ dtype: input(args, 0).dtype, shape: args.declared }];
  },

  Gather: (args) => {
    const { dtype, shape } = input(args, 0);
    const axis = axisOf(integerAttribute(args, 'axis', 0), shape.length);
    return [{ dtype, shape: shape.toSpliced(axis, 1, ...indices(args).shape) }];
  },

  GatherElements: (args) => {
    const { dtype, shape } = input(args, 0);
    axisOf(integerAttribute(args, 'axis', 0), shape.length);
    const taken = indices(args).shape;
    if (taken.length !== shape.length) throw new CompileError('x and the indices differ in rank');
    return [{ dtype, shape: taken }];
  },

  ScatterElements: sameAsFirst,
  ScatterND: sameAsFirst,
} satisfies Record<string, InferenceRule>;

/** The shape that input 1 holds. */
function knownShape(args: NodeArguments): Shape {
  const { elements } = input(args, 1);
  if (!elements) throw new CompileError('the target shape must be known while compiling');
  return elements;
}

function sameOutside(axis: number, a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, index) => index === axis || dim === b[index]);
}

function knownElements(values: readonly Value[]): readonly Dim[] | undefined {
  const elements = values.flatMap((value) => value.elements ?? []);
  return values.every((value) => value.elements) ? elements : undefined;
}

/** Length of [start, end) within `dim`; of a symbolic dimension only a fixed number of leading or trailing elements. */
function sliceLength(dim: Dim, start: number, end: number): number {
  const clamp = (bound: number, length: number) =>
    Math.min(Math.max(bound < 0 ? bound + length : bound, 0), length);
  const fixed = typeof dim === 'number';
  if (!fixed && start < 0 !== end < 0) {
    throw new CompileError(`[${start}, ${end}) of symbolic ${dim} has no length known while compiling`);
  }
  const length = fixed ? clamp(end, dim) - clamp(start, dim) : end - start;
  if (length <= 0) throw new CompileError(`[${start}, ${end}) of ${dim} is empty`);
  return length;
}

/** The integer input 1. */
function indices(args: NodeArguments): Value {
  const value = input(args, 1);
  if (value.dtype === 'int32' || value.dtype === 'int64') return value;
  throw new CompileError(`the indices are ${value.dtype}, not int32 or int64`);
}
