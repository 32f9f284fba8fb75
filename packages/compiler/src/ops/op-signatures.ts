export type AttributeKind = 'int' | 'float' | 'ints' | 'string' | 'dtype';

interface OpSignature {
  /** Fewest and most inputs; optional ones come last. */
  readonly inputs: readonly [number, number];
  readonly attributes?: Readonly<Record<string, AttributeKind>>;
  /** ONNX domain; the standard one when absent. */
  readonly domain?: 'com.microsoft';
}

const binary = { inputs: [2, 2] } as const;
const unary = { inputs: [1, 1] } as const;
const reduction = { inputs: [1, 2], attributes: { keepdims: 'int' } } as const;
const ANY = Number.POSITIVE_INFINITY;

/**
 * Every op the compiler knows, by its ONNX name (opset 23), plus the runtime-specific ones that only lowering
 * passes may emit. Shape inference and gradients are tables over these keys, so a missing rule does not compile.
 */
export const opSignatures = {
  // arithmetic, with ONNX (NumPy) broadcasting
  Add: binary,
  Sub: binary,
  Mul: binary,
  Div: binary,
  // element by element
  Neg: unary,
  Exp: unary,
  Sqrt: unary,
  Reciprocal: unary,
  Sin: unary,
  Cos: unary,
  Erf: unary,
  Tanh: unary,
  Sigmoid: unary,
  Relu: unary,
  Identity: unary,
  Gelu: { inputs: [1, 1], attributes: { approximate: 'string' } },
  Where: { inputs: [3, 3] },
  // along an axis
  Softmax: { inputs: [1, 1], attributes: { axis: 'int' } },
  LogSoftmax: { inputs: [1, 1], attributes: { axis: 'int' } },
  LayerNormalization: { inputs: [2, 3], attributes: { axis: 'int', epsilon: 'float' } },
  RMSNormalization: { inputs: [2, 2], attributes: { axis: 'int', epsilon: 'float' } },
  ReduceSum: reduction,
  ReduceMean: reduction,
  ReduceSumSquare: reduction,
  // matrix products
  MatMul: binary,
  Gemm: { inputs: [2, 3], attributes: { alpha: 'float', beta: 'float', transA: 'int', transB: 'int' } },
  // movement
  Transpose: { inputs: [1, 1], attributes: { perm: 'ints' } },
  Reshape: binary,
  Expand: binary,
  Squeeze: binary,
  Unsqueeze: binary,
  Concat: { inputs: [1, ANY], attributes: { axis: 'int' } },
  Split: { inputs: [2, 2], attributes: { axis: 'int' } },
  Slice: { inputs: [3, 5] },
  Pad: { inputs: [2, 4] },
  Gather: { inputs: [2, 2], attributes: { axis: 'int' } },
  GatherElements: { inputs: [2, 2], attributes: { axis: 'int' } },
  ScatterElements: { inputs: [3, 3], attributes: { axis: 'int', reduction: 'string' } },
  ScatterND: { inputs: [3, 3], attributes: { reduction: 'string' } },
  // without a gradient
  Shape: { inputs: [1, 1], attributes: { start: 'int', end: 'int' } },
  Cast: { inputs: [1, 1], attributes: { to: 'dtype' } },
  Range: { inputs: [3, 3] },
  Less: binary,
  LessOrEqual: binary,
  Min: binary,
  Log: unary,
  // quantisation
  Abs: unary,
  ReduceMax: reduction,
  QuantizeLinear: { inputs: [2, 2], attributes: { axis: 'int', output_dtype: 'dtype' } },
  DequantizeLinear: { inputs: [2, 2], attributes: { axis: 'int' } },
  // ONNX Runtime's own, for lowering only
  FusedMatMul: {
    inputs: [2, 2],
    attributes: { alpha: 'float', transA: 'int', transB: 'int' },
    domain: 'com.microsoft',
  },
} as const satisfies Record<string, OpSignature>;

export type OpType = keyof typeof opSignatures;

/** The signature of an op, with its optional fields visible. */
export function signatureOf(op: OpType): OpSignature {
  return opSignatures[op];
}
