import type { GraphBuilder, Value } from '@legend-fl/compiler';
import type { ForwardContext, LinearMap } from './architecture.ts';

/** Names of an encoder block's parts, relative to the block's path. */
export interface BlockNames {
  readonly query: string;
  readonly key: string;
  readonly value: string;
  readonly attentionOutput: string;
  readonly attentionNorm: string;
  readonly up: string;
  readonly down: string;
  readonly outputNorm: string;
}

export interface BlockSizes {
  readonly hidden: number;
  readonly heads: number;
  readonly intermediate: number;
  readonly epsilon: number;
  readonly activation: Activation;
}

export type Activation = 'gelu' | 'gelu-tanh' | 'relu';

/** The six linear maps of a block. */
export function linearMapsOf(names: BlockNames, { hidden, intermediate }: BlockSizes): readonly LinearMap[] {
  const square = (name: string): LinearMap => ({ name, in: hidden, out: hidden });
  return [
    square(names.query),
    square(names.key),
    square(names.value),
    square(names.attentionOutput),
    { name: names.up, in: hidden, out: intermediate },
    { name: names.down, in: intermediate, out: hidden },
  ];
}

/**
 * A post-norm transformer encoder block (Devlin et al., arXiv 1810.04805):
 * h = LN(x + attention(x)), y = LN(h + down(act(up(h)))).
 *
 * @param x [batch·seq, hidden]
 * @param maskBias [batch, 1, 1, seq], 0 for tokens and the lowest float for padding
 * @param rows which tokens' outputs are wanted: of the last block a classifier reads the first token only, so
 *   everything but keys and values is computed for that token alone
 * @returns [batch·seq, hidden], or [batch, hidden] for the first token
 */
export function encoderBlock(
  context: ForwardContext,
  { names, sizes, path, block }: { names: BlockNames; sizes: BlockSizes; path: string; block: number },
  x: Value,
  maskBias: Value,
  rows: 'every-token' | 'first-token',
): Value {
  const { b } = context;
  const { hidden, intermediate, heads } = sizes;
  const linear = (name: string, input: Value, inSize = hidden, outSize = hidden): Value => {
    const output = linearMap(context, `${path}.${name}`, input, inSize, outSize);
    return context.adaptLinear({ block, name, in: inSize, out: outSize }, input, output);
  };
  const norm = (name: string, input: Value) => layerNorm(context, `${path}.${name}`, input, sizes);

  const asked = rows === 'every-token' ? x : firstToken(b, x, hidden);
  const length = rows === 'every-token' ? 'seq' : 1;
  const attended = attention(b, {
    query: splitHeads(b, linear(names.query, asked), length, heads, hidden),
    key: splitHeads(b, linear(names.key, x), 'seq', heads, hidden),
    value: splitHeads(b, linear(names.value, x), 'seq', heads, hidden),
    maskBias,
    scale: 1 / Math.sqrt(hidden / heads),
  });
  const merged = b.Reshape(b.Transpose(attended, [0, 2, 1, 3]), asked.shape);
  const h = norm(names.attentionNorm, b.Add(linear(names.attentionOutput, merged), asked));
  const activated = activate(b, linear(names.up, h, hidden, intermediate), sizes.activation);
  return norm(names.outputNorm, b.Add(linear(names.down, activated, intermediate, hidden), h));
}

/** x·Wᵀ + bias for the parameters `<path>.weight` [out, in] and `<path>.bias` [out]; x [rows, in]. */
export function linearMap(
  context: ForwardContext,
  path: string,
  x: Value,
  inSize: number,
  outSize: number,
): Value {
  const weight = context.parameter(`${path}.weight`, [outSize, inSize]);
  const bias = context.parameter(`${path}.bias`, [outSize]);
  return context.b.Gemm(x, weight, bias, { transB: 1 });
}

export function layerNorm(
  context: ForwardContext,
  path: string,
  x: Value,
  { hidden, epsilon }: Pick<BlockSizes, 'hidden' | 'epsilon'>,
): Value {
  const weight = context.parameter(`${path}.weight`, [hidden]);
  const bias = context.parameter(`${path}.bias`, [hidden]);
  return context.b.LayerNormalization(x, weight, bias, epsilon);
}

/** The first token of every example: [batch·seq, hidden] → [batch, hidden]. */
function firstToken(b: GraphBuilder, x: Value, hidden: number): Value {
  return b.Gather(b.Reshape(x, ['batch', 'seq', hidden]), b.constant('int64', [], [0]), 1);
}

/** [batch·length, hidden] → [batch, heads, length, hidden / heads] */
function splitHeads(b: GraphBuilder, x: Value, length: 'seq' | 1, heads: number, hidden: number): Value {
  return b.Transpose(b.Reshape(x, ['batch', length, heads, hidden / heads]), [0, 2, 1, 3]);
}

/** softmax(scale·Q·Kᵀ + mask)·V over [batch, heads, length, size per head]. */
function attention(
  b: GraphBuilder,
  parts: { query: Value; key: Value; value: Value; maskBias: Value; scale: number },
): Value {
  const scaled = b.Mul(parts.query, b.scalar(parts.scale));
  const scores = b.MatMul(scaled, b.Transpose(parts.key, [0, 1, 3, 2]));
  return b.MatMul(b.Softmax(b.Add(scores, parts.maskBias)), parts.value);
}

function activate(b: GraphBuilder, x: Value, activation: Activation): Value {
  switch (activation) {
    case 'gelu':
      return b.Gelu(x);
    case 'gelu-tanh':
      return b.Gelu(x, 'tanh');
    case 'relu':
      return b.Relu(x);
  }
}
