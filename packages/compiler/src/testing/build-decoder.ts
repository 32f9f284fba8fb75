import { type Dim, multiplyDims } from '../graph/dim.ts';
import type { Value } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { type DecoderConfig, decoderGolden } from './decoder-golden.ts';

const LOWEST = -3.4028234663852886e38;

/** A decoder whose final states wait for a loss. */
export interface Decoder {
  readonly b: GraphBuilder;
  /** Final states [batch·seq, hidden]. */
  readonly states: Value;
  /** The tied embeddings [vocabulary, hidden], which are the output matrix too. */
  readonly embeddings: Value;
  /** The next token of each, int32 [batch·seq, 1]. */
  readonly labels: Value;
  /** Its weight in the loss [batch·seq, 1]. */
  readonly weights: Value;
  /** The golden's trained parameters by name. */
  readonly trained: ReadonlyMap<string, Value>;
}

/**
 * The golden's Llama: pre-norm blocks with rotary positions, grouped-query attention and SwiGLU, every linear map with
 * LoRA. Frozen and trained parameters are inputs by their checkpoint names; LoRA's rank is symbolic.
 */
export function buildDecoder({ batch, seq }: { readonly batch: Dim; readonly seq: Dim }): Decoder {
  const { config, parameters, batches } = decoderGolden;
  const { hidden_size: hidden, head_dim: headSize } = config;
  const { num_attention_heads: heads, num_key_value_heads: keyValueHeads } = config;
  const rows = multiplyDims([batch, seq]);
  const b = new GraphBuilder();
  const perToken = (name: string, dtype: 'float32' | 'int32') => b.input(name, dtype, [batch, seq]);
  const ids = perToken('input_ids', 'int32');
  const inputs = new Map<string, Value>();
  const parameter = (name: string): Value => {
    const dims = parameters[name]?.dims ?? [];
    const shape = dims.map((dim) => (dim === config.r ? 'rank' : dim));
    const value = inputs.get(name) ?? b.input(name, 'float32', shape);
    inputs.set(name, value);
    return value;
  };

  const linear = (path: string, x: Value): Value => {
    const A = parameter(`${path}.lora_A.weight`);
    const B = parameter(`${path}.lora_B.weight`);
    const scale = b.scalar(config.lora_alpha / config.r);
    const reduced = b.Mul(b.Gemm(x, A, null, { transB: 1 }), scale);
    const output = b.Gemm(x, parameter(`${path}.weight`), null, { transB: 1 });
    return b.Gemm(reduced, B, output, { transB: 1 });
  };
  const norm = (path: string, x: Value): Value =>
    b.RMSNormalization(x, parameter(`${path}.weight`), config.rms_norm_eps);
  /** [batch·seq, count·size] → [batch, count, seq, size] */
  const split = (x: Value, count: number): Value =>
    b.Transpose(b.Reshape(x, [batch, seq, count, headSize]), [0, 2, 1, 3]);
  /** [batch, kv heads, seq, size] → [batch, heads, seq, size], each head of keys or values serving a group. */
  const repeat = (x: Value): Value => {
    const groups = b.Expand(b.Unsqueeze(x, [2]), [
      batch,
      keyValueHeads,
      heads / keyValueHeads,
      seq,
      headSize,
    ]);
    return b.Reshape(groups, [batch, heads, seq, headSize]);
  };

  const embeddings = parameter('model.embed_tokens.weight');
  const rotate = rotaryEmbedding(b, seq, config);
  const maskBias = causalMask(b, seq);
  let state = b.Reshape(b.Gather(embeddings, ids), [rows, hidden]);
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    const path = `model.layers.${layer}`;
    const x = norm(`${path}.input_layernorm`, state);
    const query = rotate(split(linear(`${path}.self_attn.q_proj`, x), heads));
    const key = repeat(rotate(split(linear(`${path}.self_attn.k_proj`, x), keyValueHeads)));
    const value = repeat(split(linear(`${path}.self_attn.v_proj`, x), keyValueHeads));
    const scores = b.MatMul(b.Mul(query, b.scalar(1 / Math.sqrt(headSize))), b.Transpose(key, [0, 1, 3, 2]));
    const attended = b.MatMul(b.Softmax(b.Add(scores, maskBias)), value);
    const merged = b.Reshape(b.Transpose(attended, [0, 2, 1, 3]), [rows, heads * headSize]);
    state = b.Add(state, linear(`${path}.self_attn.o_proj`, merged));

    const y = norm(`${path}.post_attention_layernorm`, state);
    const gate = linear(`${path}.mlp.gate_proj`, y);
    const activated = b.Mul(b.Mul(gate, b.Sigmoid(gate)), linear(`${path}.mlp.up_proj`, y));
    state = b.Add(state, linear(`${path}.mlp.down_proj`, activated));
  }

  return {
    b,
    states: norm('model.norm', state),
    embeddings,
    labels: b.Reshape(perToken('labels', 'int32'), [rows, 1]),
    weights: b.Reshape(perToken('weights', 'float32'), [rows, 1]),
    trained: new Map([...inputs].filter(([name]) => batches[0] && name in batches[0].gradients)),
  };
}

/** [seq, seq]: 0 where a token may look, itself and those before it, the lowest float elsewhere. */
function causalMask(b: GraphBuilder, seq: Dim): Value {
  const positions = b.Range(seq);
  const visible = b.LessOrEqual(b.Unsqueeze(positions, [0]), b.Unsqueeze(positions, [1]));
  return b.Where(visible, b.scalar(0), b.scalar(LOWEST));
}

/** x·cos(pθ) + (-x₂, x₁)·sin(pθ) over [batch, heads, seq, size] (Su et al., arXiv 2104.09864, halves as in Llama). */
function rotaryEmbedding(b: GraphBuilder, seq: Dim, config: DecoderConfig): (x: Value) => Value {
  const { head_dim: size, rope_theta: base } = config;
  const half = size / 2;
  const frequencies = Array.from({ length: half }, (_, index) => base ** (-index / half));
  const positions = b.Unsqueeze(b.Cast(b.input('position_ids', 'int32', [seq]), 'float32'), [1]);
  const angles = b.Mul(positions, b.constant('float32', [size], [...frequencies, ...frequencies]));
  const [cos, sin] = [b.Cos(angles), b.Sin(angles)];
  return (x) => {
    const turned = b.Concat([b.Neg(b.Slice(x, [half], [size], [-1])), b.Slice(x, [0], [half], [-1])], -1);
    return b.Add(b.Mul(x, cos), b.Mul(turned, sin));
  };
}
