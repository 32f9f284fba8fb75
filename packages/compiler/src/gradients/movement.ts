import { itemAt } from '@legend-fl/base';
import { CompileError } from '../graph/compile-error.ts';
import type { Dim } from '../graph/dim.ts';
import type { Value } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { axisOf, permutationOf } from '../ops/axes.ts';
import { integerAttribute } from '../ops/integer-attribute.ts';
import { knownIntegers } from '../ops/known-integers.ts';
import { type GradientRule, reduceTo, singleOutput, zeros } from './gradient-rule.ts';

/** Rules of ops that only move elements: the gradient moves them back. */
export const movementRules = {
  Transpose: singleOutput((b, { x, dy, node }) => {
    const perm = permutationOf(node.attributes, x.shape.length);
    return [
      () =>
        b.Transpose(
          dy,
          x.shape.map((_, axis) => perm.indexOf(axis)),
        ),
    ];
  }),

  Reshape: singleOutput((b, { x, dy }) => [() => b.Reshape(dy, x.shape), null]),

  Squeeze: singleOutput((b, { dy, input }) => [() => b.Unsqueeze(dy, knownIntegers(input(1))), null]),

  Unsqueeze: singleOutput((b, { dy, input }) => [() => b.Squeeze(dy, knownIntegers(input(1))), null]),

  Expand: singleOutput((b, { x, dy }) => [() => reduceTo(b, dy, x.shape), null]),

  // each operand gets its part of dy
  Concat: singleOutput((b, { dy, node, input }) => {
    const axis = integerAttribute(node, 'axis', 0);
    let end = 0;
    return node.inputs.map((_, index) => {
      const start = end;
      end += fixedLength(input(index).shape.at(axis));
      const stop = end;
      return () => b.Slice(dy, [start], [stop], [axis]);
    });
  }),

  // the parts' gradients side by side; a part that the loss does not use has gradient zero
  Split: ((b, node, gradients) => {
    const parts = () => node.outputs.map((output, index) => gradients[index] ?? zeros(b, output.shape));
    return [() => b.Concat(parts(), integerAttribute(node, 'axis', 0)), null];
  }) satisfies GradientRule,

  // dy with zeros around it
  Slice: singleOutput((b, { x, dy, node, input }) => {
    const [starts, ends] = [knownIntegers(input(1)), knownIntegers(input(2))];
    const axes = node.inputs[3] ? knownIntegers(input(3)) : starts.map((_, index) => index);
    const padded = () => {
      const before = axes.map((axis, index) => lengthBefore(b, itemAt(x.shape, axis), itemAt(starts, index)));
      const after = axes.map((axis, index) => lengthAfter(b, itemAt(x.shape, axis), itemAt(ends, index)));
      const pads = b.Concat([...before, ...after], 0);
      return b.node('Pad', [dy, pads, b.scalar(0), b.integers(axes)], { declared: x.shape });
    };
    return [padded, ...node.inputs.slice(1).map(() => null)];
  }),

  // rows of dy are added back to the rows they came from
  Gather: singleOutput((b, { x, dy, node, input }) => {
    const axis = axisOf(integerAttribute(node, 'axis', 0), x.shape.length);
    return [() => scatterAlongAxis(b, x, dy, input(1), axis), null];
  }),

  GatherElements: singleOutput((b, { x, dy, node, input }) => [
    () =>
      b.node('ScatterElements', [zeros(b, x.shape), input(1), dy], {
        attributes: { axis: integerAttribute(node, 'axis', 0), reduction: 'add' },
      }),
    null,
  ]),
};

function fixedLength(dim: Dim | undefined): number {
  if (typeof dim === 'number') return dim;
  throw new CompileError(`the gradient of Concat needs fixed lengths along its axis, got ${dim}`);
}

/** Number of elements that [start, …) leaves out at the beginning, as a [1] int64 value. */
function lengthBefore(b: GraphBuilder, dim: Dim, start: number): Value {
  if (start >= 0) return b.integers([Math.min(start, typeof dim === 'number' ? dim : start)]);
  if (typeof dim === 'number') return b.integers([Math.max(dim + start, 0)]);
  return b.Sub(b.lengthOf(dim), b.integers([-start]));
}

/** Number of elements that […, end) leaves out at the end, as a [1] int64 value. */
function lengthAfter(b: GraphBuilder, dim: Dim, end: number): Value {
  if (end < 0) return b.integers([-end]);
  if (typeof dim === 'number') return b.integers([Math.max(dim - end, 0)]);
  return b.Sub(b.lengthOf(dim), b.integers([end]));
}

/**
 * Zeros of x's shape to which dy's slices are added at `indices` along `axis`.
 * ScatterND works along the leading axis, so `axis` is moved to the front and back.
 */
function scatterAlongAxis(b: GraphBuilder, x: Value, dy: Value, indices: Value, axis: number): Value {
  const indexAxes = indices.shape.map((_, index) => axis + index);
  const otherAxes = dy.shape.map((_, index) => index).filter((index) => !indexAxes.includes(index));
  const frontFirst = [axis, ...x.shape.map((_, index) => index).filter((index) => index !== axis)];
  const scattered = b.node(
    'ScatterND',
    [
      zeros(
        b,
        frontFirst.map((from) => x.shape[from] as Dim),
      ),
      b.Unsqueeze(indices.dtype === 'int64' ? indices : b.Cast(indices, 'int64'), [-1]),
      axis === 0 ? dy : b.Transpose(dy, [...indexAxes, ...otherAxes]),
    ],
    { attributes: { reduction: 'add' } },
  );
  if (axis === 0) return scattered;
  return b.Transpose(
    scattered,
    frontFirst.map((_, to) => frontFirst.indexOf(to)),
  );
}
