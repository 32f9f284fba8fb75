import type { Dim } from '../graph/dim.ts';
import type { Node, Value } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { reducedAxes } from '../ops/axes.ts';
import { integerAttribute } from '../ops/integer-attribute.ts';
import { elementCount, reduceTo, singleOutput } from './gradient-rule.ts';

/** Rules of ops that mix elements along an axis: softmax, normalisation, reductions. */
export const axisRules = {
  // dx = y·(dy - Σ dy·y)
  Softmax: singleOutput((b, { y, dy, node }) => [
    () => {
      const weighted = b.Mul(dy, y);
      return b.Sub(weighted, b.Mul(y, b.ReduceSum(weighted, [integerAttribute(node, 'axis', -1)])));
    },
  ]),

  // dx = dy - softmax(x)·Σ dy
  LogSoftmax: singleOutput((b, { y, dy, node }) => [
    () => b.Sub(dy, b.Mul(b.Exp(y), b.ReduceSum(dy, [integerAttribute(node, 'axis', -1)]))),
  ]),

  // y = γ·x̂ + β, x̂ = (x - μ)/σ; with g = γ·dy:
  // dx = (g - mean(g) - x̂·mean(g·x̂))/σ; dγ = Σ dy·x̂; dβ = Σ dy
  LayerNormalization: singleOutput((b, { x, dy, node, input }) => {
    const scale = input(1);
    const normalise = () => {
      const centred = b.Sub(x, b.ReduceMean(x, [-1]));
      const inverse = inverseRoot(
        b,
        b.ReduceMean(b.Mul(centred, centred), [-1]),
        epsilonOf(node.attributes.epsilon),
      );
      return { inverse, normalised: b.Mul(centred, inverse) };
    };
    return [
      () => {
        const { inverse, normalised } = normalise();
        const g = b.Mul(dy, scale);
        const alongNormalised = b.Mul(normalised, b.ReduceMean(b.Mul(g, normalised), [-1]));
        return b.Mul(inverse, b.Sub(b.Sub(g, b.ReduceMean(g, [-1])), alongNormalised));
      },
      () => reduceTo(b, b.Mul(dy, normalise().normalised), scale.shape),
      () => reduceTo(b, dy, scale.shape),
    ];
  }),

  // y = γ·x̂, x̂ = x/ρ, ρ = √(mean(x²) + ε); with g = γ·dy: dx = (g - x̂·mean(g·x̂))/ρ; dγ = Σ dy·x̂
  RMSNormalization: singleOutput((b, { x, dy, node, input }) => {
    const scale = input(1);
    const normalise = () => {
      const inverse = inverseRoot(b, b.ReduceMean(b.Mul(x, x), [-1]), epsilonOf(node.attributes.epsilon));
      return { inverse, normalised: b.Mul(x, inverse) };
    };
    return [
      () => {
        const { inverse, normalised } = normalise();
        const g = b.Mul(dy, scale);
        return b.Mul(inverse, b.Sub(g, b.Mul(normalised, b.ReduceMean(b.Mul(g, normalised), [-1]))));
      },
      () => reduceTo(b, b.Mul(dy, normalise().normalised), scale.shape),
    ];
  }),

  // dx = dy, repeated along the axes
  ReduceSum: singleOutput((b, { x, dy, node }) => [
    () => b.Expand(restoreAxes(b, node, dy, reducedAxes(x.shape, node.inputs[1])), x.shape),
    null,
  ]),

  // dx = dy/n, repeated along the axes
  ReduceMean: singleOutput((b, { x, dy, node }) => [
    () => {
      const axes = reducedAxes(x.shape, node.inputs[1]);
      const lengths = axes.map((axis) => x.shape[axis] as Dim);
      return b.Expand(b.Div(restoreAxes(b, node, dy, axes), elementCount(b, lengths)), x.shape);
    },
    null,
  ]),
};

/** ONNX's default epsilon of both normalisations. */
const DEFAULT_EPSILON = 1e-5;

function epsilonOf(attribute: unknown): number {
  return typeof attribute === 'number' ? attribute : DEFAULT_EPSILON;
}

/** 1/√(square + ε) */
function inverseRoot(b: GraphBuilder, square: Value, epsilon: number): Value {
  return b.Reciprocal(b.Sqrt(b.Add(square, b.scalar(epsilon))));
}

/** The gradient of a reduction with its reduced axes back as ones. */
function restoreAxes(b: GraphBuilder, node: Node, dy: Value, axes: readonly number[]): Value {
  const kept = integerAttribute(node, 'keepdims', 1) === 1;
  return kept ? dy : b.Unsqueeze(dy, axes);
}
