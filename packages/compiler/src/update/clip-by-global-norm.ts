import type { Value } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';

/** Keeps the quotient finite for a zero gradient, as PyTorch's `clip_grad_norm_` does. */
const EPSILON = 1e-6;

/** ‖g‖₂ of all trained elements together, a scalar. */
export function globalNorm(b: GraphBuilder, gradient: Value): Value {
  return b.Sqrt(b.ReduceSumSquare(gradient));
}

/** g·min(1, maxNorm/(‖g‖₂ + 1e-6)) (Pascanu et al., arXiv 1211.5063). */
export function clipByGlobalNorm(b: GraphBuilder, gradient: Value, norm: Value, maxNorm: number): Value {
  const scale = b.Min(b.scalar(1), b.Div(b.scalar(maxNorm), b.Add(norm, b.scalar(EPSILON))));
  return b.Mul(gradient, scale);
}
