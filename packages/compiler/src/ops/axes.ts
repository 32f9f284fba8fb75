import { CompileError } from '../graph/compile-error.ts';
import type { Shape } from '../graph/dim.ts';
import type { Attributes, Value } from '../graph/graph.ts';
import { knownIntegers } from './known-integers.ts';

/** An axis counted from the front; negative ones count from the end. */
export function axisOf(axis: number, rank: number): number {
  const normal = axis < 0 ? axis + rank : axis;
  if (!(normal >= 0 && normal < rank)) throw new CompileError(`axis ${axis} is outside rank ${rank}`);
  return normal;
}

/** Distinct axes, counted from the front. */
export function axesOf(axes: readonly number[], rank: number): readonly number[] {
  const normal = axes.map((axis) => axisOf(axis, rank));
  if (new Set(normal).size < normal.length) throw new CompileError(`axes [${axes}] name one axis twice`);
  return normal;
}

/** Axes that a reduction of `shape` reduces: all of them when its second input is absent or empty. */
export function reducedAxes(shape: Shape, axes: Value | null | undefined): readonly number[] {
  const named = axes ? knownIntegers(axes) : [];
  return named.length > 0 ? axesOf(named, shape.length) : shape.map((_, axis) => axis);
}

/** Transpose's permutation: the reversed axes when the attribute is absent. */
export function permutationOf({ perm }: Attributes, rank: number): readonly number[] {
  return typeof perm === 'object' ? perm : Array.from({ length: rank }, (_, axis) => rank - 1 - axis);
}
