import type { Value } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { singleOutput } from './gradient-rule.ts';

/** Rules of ops applied element by element. */
export const elementwiseRules = {
  Neg: singleOutput((b, { dy }) => [() => b.Neg(dy)]),

  // d eˣ = y·dx
  Exp: singleOutput((b, { y, dy }) => [() => b.Mul(dy, y)]),

  // d √x = dx/(2y)
  Sqrt: singleOutput((b, { y, dy }) => [() => b.Div(dy, b.Mul(b.scalar(2), y))]),

  // d(1/x) = -y²·dx
  Reciprocal: singleOutput((b, { y, dy }) => [() => b.Neg(b.Mul(dy, b.Mul(y, y)))]),

  Sin: singleOutput((b, { x, dy }) => [() => b.Mul(dy, b.Cos(x))]),

  Cos: singleOutput((b, { x, dy }) => [() => b.Neg(b.Mul(dy, b.Sin(x)))]),

  // d erf x = (2/√π)·exp(-x²)·dx
  Erf: singleOutput((b, { x, dy }) => [
    () => b.Mul(dy, b.Mul(b.scalar(2 / Math.sqrt(Math.PI)), b.Exp(b.Neg(b.Mul(x, x))))),
  ]),

  // d tanh x = (1 - y²)·dx
  Tanh: singleOutput((b, { y, dy }) => [() => b.Mul(dy, b.Sub(b.scalar(1), b.Mul(y, y)))]),

  // d σ(x) = y·(1-y)·dx
  Sigmoid: singleOutput((b, { y, dy }) => [() => b.Mul(dy, b.Mul(y, b.Sub(b.scalar(1), y)))]),

  // d max(x, 0) = [x > 0]·dx
  Relu: singleOutput((b, { x, dy }) => [() => b.Where(b.Less(b.scalar(0), x), dy, b.scalar(0))]),

  Identity: singleOutput((_, { dy }) => [() => dy]),

  Gelu: singleOutput((b, { x, dy, node }) => [
    () => b.Mul(dy, node.attributes.approximate === 'tanh' ? tanhGeluSlope(b, x) : geluSlope(b, x)),
  ]),
};

/**
 * gelu(x) = x·Φ(x), so gelu'(x) = Φ(x) + x·φ(x), with x·φ(x) = x·exp(-x²/2 - ln√(2π)).
 * s = x/√2 serves twice: Φ(x) = ½ + ½·erf(s) and x²/2 = s².
 */
function geluSlope(b: GraphBuilder, x: Value): Value {
  const s = b.Mul(x, b.scalar(Math.SQRT1_2));
  const exponent = b.Sub(b.scalar(-0.5 * Math.log(2 * Math.PI)), b.Mul(s, s));
  return b.Add(normalCdf(b, s), b.Mul(x, b.Exp(exponent)));
}

/** Φ(x) = ½ + ½·erf(s) for s = x/√2. */
export function normalCdf(b: GraphBuilder, s: Value): Value {
  return b.Add(b.Mul(b.Erf(s), b.scalar(0.5)), b.scalar(0.5));
}

/**
 * y = x·σ(2u), u = √(2/π)·(x + c·x³), c = 0.044715, because ½(1 + tanh u) = σ(2u);
 * y' = σ + x·σ(1-σ)·2u', u' = √(2/π)·(1 + 3c·x²).
 */
function tanhGeluSlope(b: GraphBuilder, x: Value): Value {
  const scale = Math.sqrt(2 / Math.PI);
  const cubic = 0.044715;
  const square = b.Mul(x, x);
  const u = b.Mul(x, b.Add(b.scalar(2 * scale), b.Mul(b.scalar(2 * scale * cubic), square)));
  const sigma = b.Sigmoid(u);
  const slope = b.Add(b.scalar(2 * scale), b.Mul(b.scalar(6 * scale * cubic), square));
  const curve = b.Mul(b.Mul(sigma, b.Sub(b.scalar(1), sigma)), b.Mul(x, slope));
  return b.Add(sigma, curve);
}
