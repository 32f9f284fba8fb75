import { CompileError } from '../graph/compile-error.ts';
import { multiplyDims, type Shape } from '../graph/dim.ts';
import type { Node, Value } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { broadcastAxes } from '../ops/broadcast.ts';

/** Builds one gradient. It is called only when somebody needs that gradient. */
export type LazyGradient = () => Value;

/**
 * The vector-Jacobian product of one op: given dy = ∂loss/∂y for its outputs (null where the loss does not depend on
 * that output), the gradient ∂loss/∂x for each input; null for inputs without one (indices, shapes).
 */
export type GradientRule = (
  b: GraphBuilder,
  node: Node,
  outputGradients: readonly (Value | null)[],
) => readonly (LazyGradient | null)[];

/** A rule for ops with one output, given its parts by name: x the first input, y the output. */
export function singleOutput(
  rule: (
    b: GraphBuilder,
    parts: { x: Value; y: Value; dy: Value; node: Node; input: (index: number) => Value },
  ) => readonly (LazyGradient | null)[],
): GradientRule {
  return (b, node, [dy]) => {
    const input = (index: number): Value => {
      const value = node.inputs[index];
      if (!value) throw new CompileError(`${node.op} lacks input ${index}`);
      return value;
    };
    if (!dy) return node.inputs.map(() => null);
    return rule(b, { x: input(0), y: node.outputs[0] as Value, dy, node, input });
  };
}

/** Sums a gradient over the axes along which an operand of `shape` was broadcast. */
export function reduceTo(b: GraphBuilder, gradient: Value, shape: Shape): Value {
  const offset = gradient.shape.length - shape.length;
  const axes = broadcastAxes(shape, gradient.shape);
  const leading = axes.filter((axis) => axis < offset);
  const inner = axes.filter((axis) => axis >= offset);
  const partial = inner.length > 0 ? b.ReduceSum(gradient, inner) : gradient;
  return leading.length > 0 ? b.ReduceSum(partial, leading, 0) : partial;
}

/** The number of elements in `dims` as a float32 value: a scalar constant, or [1] computed when running. */
export function elementCount(b: GraphBuilder, dims: Shape): Value {
  const count = multiplyDims(dims);
  return typeof count === 'number' ? b.scalar(count) : b.Cast(b.lengthOf(count), 'float32');
}

/** A float32 tensor of zeros. */
export function zeros(b: GraphBuilder, shape: Shape): Value {
  return b.Expand(b.scalar(0), shape);
}
