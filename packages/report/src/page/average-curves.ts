import type { XY } from '@legend-fl/look/charts';

export interface AveragePoint {
  readonly x: number;
  readonly mean: number;
  readonly min: number;
  readonly max: number;
}

/**
 * Mean and range of curves on a grid of `steps` equal steps over the stretch of x that all of them cover, each
 * interpolated linearly. Empty where they have no stretch in common.
 */
export function averageCurves(curves: readonly (readonly XY[])[], steps: number): AveragePoint[] {
  const from = Math.max(...curves.map((points) => points[0]?.x ?? Number.POSITIVE_INFINITY));
  const to = Math.min(...curves.map((points) => points.at(-1)?.x ?? Number.NEGATIVE_INFINITY));
  if (!(from <= to) || !Number.isFinite(to - from)) return [];
  const count = from === to ? 1 : steps + 1;
  return Array.from({ length: count }, (_, index) => {
    const x = index === steps ? to : from + ((to - from) * index) / steps;
    const values = curves.map((points) => interpolate(points, x));
    return {
      x,
      mean: values.reduce((sum, value) => sum + value, 0) / values.length,
      min: Math.min(...values),
      max: Math.max(...values),
    };
  });
}

/** The curve's y at an x that it covers; points ascend by x. */
function interpolate(points: readonly XY[], x: number): number {
  const after = points.findIndex((point) => point.x >= x);
  const right = points[after];
  const left = points[after - 1];
  if (right === undefined) return points.at(-1)?.y ?? Number.NaN;
  if (left === undefined || right.x === left.x) return right.y;
  return left.y + ((right.y - left.y) * (x - left.x)) / (right.x - left.x);
}
