import { CompileError } from '../graph/compile-error.ts';
import { type Dim, formatShape, type Shape } from '../graph/dim.ts';

/**
 * Result shape of ONNX (NumPy) broadcasting.
 * @throws CompileError when two dimensions differ and neither is 1; a symbol only matches itself.
 */
export function broadcastShapes(left: Shape, right: Shape): Shape {
  const rank = Math.max(left.length, right.length);
  return Array.from({ length: rank }, (_, index) => {
    const a = left[index - rank + left.length] ?? 1;
    const b = right[index - rank + right.length] ?? 1;
    return broadcastDims(a, b, left, right);
  });
}

function broadcastDims(a: Dim, b: Dim, left: Shape, right: Shape): Dim {
  if (a === b || b === 1) return a;
  if (a === 1) return b;
  throw new CompileError(`cannot broadcast ${formatShape(left)} with ${formatShape(right)}`);
}

/** Axes of `result` (non-negative) along which an operand of shape `operand` was repeated. */
export function broadcastAxes(operand: Shape, result: Shape): number[] {
  const offset = result.length - operand.length;
  return result.flatMap((dim, axis) => (axis < offset || operand[axis - offset] !== dim ? [axis] : []));
}
