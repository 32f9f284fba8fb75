import type { Value } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';

/** Scalars that change from step to step and so are graph inputs. */
export interface AdamwInputs {
  readonly learningRate: Value;
  /** 1 - β₁ᵗ */
  readonly firstCorrection: Value;
  /** 1 - β₂ᵗ */
  readonly secondCorrection: Value;
}

export interface AdamwOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
}

export interface AdamwState {
  readonly parameter: Value;
  /** m, running mean of the gradient; the parameter's shape */
  readonly firstMoment: Value;
  /** v, running mean of its square; the parameter's shape */
  readonly secondMoment: Value;
}

/**
 * One AdamW update (Loshchilov and Hutter, arXiv 1711.05101, algorithm 2, as PyTorch computes it):
 * m ← β₁m + (1-β₁)g, v ← β₂v + (1-β₂)g², w ← (1 - η·λ)w - η·(m/(1-β₁ᵗ))/(√v/√(1-β₂ᵗ) + ε)
 */
export function adamw(
  b: GraphBuilder,
  { parameter, firstMoment, secondMoment }: AdamwState,
  gradient: Value,
  { learningRate, firstCorrection, secondCorrection }: AdamwInputs,
  { beta1, beta2, epsilon, weightDecay }: AdamwOptions,
): AdamwState {
  const mean = b.Add(b.Mul(b.scalar(beta1), firstMoment), b.Mul(b.scalar(1 - beta1), gradient));
  const square = b.Mul(gradient, gradient);
  const variance = b.Add(b.Mul(b.scalar(beta2), secondMoment), b.Mul(b.scalar(1 - beta2), square));
  const denominator = b.Add(b.Div(b.Sqrt(variance), b.Sqrt(secondCorrection)), b.scalar(epsilon));
  const step = b.Div(b.Mul(b.Div(learningRate, firstCorrection), mean), denominator);
  return {
    parameter: b.Sub(decay(b, parameter, learningRate, weightDecay), step),
    firstMoment: mean,
    secondMoment: variance,
  };
}

/** One step of gradient descent with PyTorch's weight decay: w ← w - η·(g + λw) */
export function sgd(
  b: GraphBuilder,
  parameter: Value,
  gradient: Value,
  learningRate: Value,
  weightDecay: number,
): Value {
  return b.Sub(decay(b, parameter, learningRate, weightDecay), b.Mul(learningRate, gradient));
}

/** (1 - η·λ)·w */
function decay(b: GraphBuilder, parameter: Value, learningRate: Value, weightDecay: number): Value {
  if (weightDecay === 0) return parameter;
  return b.Mul(parameter, b.Sub(b.scalar(1), b.Mul(learningRate, b.scalar(weightDecay))));
}
