import type { Value } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';

/** Keeps the quotient finite for a zero gradient, as PyTorch's `clip_grad_norm_` does. */
const EPSILON = 1e-6;

/**
 * Scales all gradients by min(1, maxNorm/(‖g‖₂ + 1e-6)), the norm taken over all of them together
 * (Pascanu et al., arXiv 1211.5063).
 *
 * @returns the clipped gradients in the same order, and the norm before clipping, a scalar
 */
export function clipByGlobalNorm(
  b: GraphBuilder,
  gradients: readonly Value[],
  maxNorm: number,
): { clipped: readonly Value[]; norm: Value } {
  const norm = globalNorm(b, gradients);
  const scale = b.Min(b.scalar(1), b.Div(b.scalar(maxNorm), b.Add(norm, b.scalar(EPSILON))));
  return { clipped: gradients.map((gradient) => b.Mul(gradient, scale)), norm };
}

/** √Σ‖g‖², a scalar. */
export function globalNorm(b: GraphBuilder, gradients: readonly Value[]): Value {
  return b.Sqrt(
    gradients.map((gradient) => b.ReduceSumSquare(gradient)).reduce((sum, square) => b.Add(sum, square)),
  );
}
