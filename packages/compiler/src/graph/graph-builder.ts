import { inferTypes } from '../inference/infer-types.ts';
import type { OpType } from '../ops/op-signatures.ts';
import { CompileError } from './compile-error.ts';
import { type Dim, formatShape, multiplyDims, type Shape, termsOf } from './dim.ts';
import type { Attributes, ConstantData, DType, Graph, Node, Value } from './graph.ts';

interface NodeOptions {
  readonly attributes?: Attributes;
  /** Result shape, for Pad, whose result depends on values known only when running. */
  readonly declared?: Shape | undefined;
}

type Axes = readonly number[];
type Transposes = { readonly transA?: 0 | 1; readonly transB?: 0 | 1 };

/**
 * Builds a graph node by node; every node's result types are inferred as it is added.
 *
 * @example
 * const b = new GraphBuilder();
 * const x = b.input('x', 'float32', ['batch', 384]);
 * b.output('y', b.Tanh(x));
 * const graph = b.graph();
 */
export class GraphBuilder {
  readonly #inputs: Value[] = [];
  readonly #constants = new Map<Value, ConstantData>();
  readonly #constantsByKey = new Map<string, Value>();
  readonly #nodes: Node[] = [];
  readonly #producers = new Map<Value, Node>();
  readonly #outputs = new Map<string, Value>();
  readonly #symbolLengths = new Map<string, Value>();
  readonly #names = new Set<string>();
  #count = 0;

  /** Nodes added so far, in topological order. */
  get nodes(): readonly Node[] {
    return this.#nodes;
  }

  input(name: string, dtype: DType, shape: Shape): Value {
    if (this.#names.has(name)) throw new CompileError(`two inputs are named ${name}`);
    const value: Value = { name, dtype, shape };
    this.#names.add(name);
    this.#inputs.push(value);
    return value;
  }

  output(name: string, value: Value): void {
    if (this.#outputs.has(name)) throw new CompileError(`two outputs are named ${name}`);
    this.#outputs.set(name, value);
  }

  /** A constant tensor; equal constants are one value. */
  constant(dtype: DType, dims: readonly number[], data: readonly number[]): Value {
    const key = `${dtype}${formatShape(dims)}${data.map((element) => (Object.is(element, -0) ? '-0' : element))}`;
    const existing = this.#constantsByKey.get(key);
    if (existing) return existing;
    if (multiplyDims(dims) !== data.length) {
      throw new CompileError(`a constant of shape ${formatShape(dims)} has ${data.length} elements`);
    }
    const known = dtype === 'int64' && dims.length <= 1;
    const value: Value = {
      name: `constant_${this.#constants.size}`,
      dtype,
      shape: dims,
      ...(known && { elements: data }),
    };
    this.#constants.set(value, { dtype, dims, data });
    this.#constantsByKey.set(key, value);
    return value;
  }

  /** A float32 scalar. */
  scalar(value: number): Value {
    return this.constant('float32', [], [value]);
  }

  /** A 1-D int64 constant: axes, shapes, bounds. */
  integers(values: readonly number[]): Value {
    return this.constant('int64', [values.length], values);
  }

  /** The node that computes a value, or undefined for an input or a constant. */
  producerOf(value: Value): Node | undefined {
    return this.#producers.get(value);
  }

  /** Adds one node and returns all its outputs. */
  nodeOutputs(op: OpType, inputs: readonly (Value | null)[], options: NodeOptions = {}): readonly Value[] {
    const { attributes = {}, declared } = options;
    const types = inferTypes(op, { inputs, attributes, declared });
    const outputs = types.map((type): Value => ({ name: `${op}_${this.#count++}`, ...type }));
    const node: Node = { op, inputs, outputs, attributes };
    this.#nodes.push(node);
    for (const output of outputs) this.#producers.set(output, node);
    return outputs;
  }

  /** Adds one node and returns its first output. */
  node(op: OpType, inputs: readonly (Value | null)[], options: NodeOptions = {}): Value {
    return this.nodeOutputs(op, inputs, options)[0] as Value;
  }

  /**
   * A 1-D int64 value holding `shape`: a constant where it can be (at most one symbolic dimension becomes -1 when
   * `forReshape`), else computed from the shapes of the graph's inputs.
   */
  shapeTensor(shape: Shape, { forReshape = false } = {}): Value {
    const symbolic = shape.filter((dim) => typeof dim === 'string').length;
    if (symbolic === 0 || (forReshape && symbolic === 1)) {
      return this.integers(shape.map((dim) => (typeof dim === 'number' ? dim : -1)));
    }
    return this.node(
      'Concat',
      shape.map((dim) => this.lengthOf(dim)),
      { attributes: { axis: 0 } },
    );
  }

  /** A [1]-shaped int64 value holding one dimension. */
  lengthOf(dim: Dim): Value {
    if (typeof dim === 'number') return this.integers([dim]);
    const existing = this.#symbolLengths.get(dim);
    if (existing) return existing;
    const length = termsOf(dim)
      .map(({ coefficient, symbols }) =>
        [
          ...(coefficient === 1 && symbols.length > 0 ? [] : [this.integers([coefficient])]),
          ...symbols.map((symbol) => this.#symbolLength(symbol)),
        ].reduce((a, b) => this.Mul(a, b)),
      )
      .reduce((a, b) => this.Add(a, b));
    this.#symbolLengths.set(dim, length);
    return length;
  }

  /** A symbol's length, read off the first input that has it as a dimension. */
  #symbolLength(symbol: string): Value {
    for (const input of this.#inputs) {
      const axis = input.shape.indexOf(symbol);
      if (axis >= 0) return this.node('Shape', [input], { attributes: { start: axis, end: axis + 1 } });
    }
    throw new CompileError(`no input has a dimension ${symbol}, so its length is unknown when running`);
  }

  graph(): Graph {
    return {
      inputs: [...this.#inputs],
      constants: new Map(this.#constants),
      nodes: [...this.#nodes],
      outputs: new Map(this.#outputs),
    };
  }

  // One method per ONNX op, named as the op.

  Add(a: Value, b: Value): Value {
    return this.node('Add', [a, b]);
  }
  Sub(a: Value, b: Value): Value {
    return this.node('Sub', [a, b]);
  }
  Mul(a: Value, b: Value): Value {
    return this.node('Mul', [a, b]);
  }
  Div(a: Value, b: Value): Value {
    return this.node('Div', [a, b]);
  }
  Min(a: Value, b: Value): Value {
    return this.node('Min', [a, b]);
  }
  Neg(x: Value): Value {
    return this.node('Neg', [x]);
  }
  Exp(x: Value): Value {
    return this.node('Exp', [x]);
  }
  Log(x: Value): Value {
    return this.node('Log', [x]);
  }
  Sqrt(x: Value): Value {
    return this.node('Sqrt', [x]);
  }
  Reciprocal(x: Value): Value {
    return this.node('Reciprocal', [x]);
  }
  Sin(x: Value): Value {
    return this.node('Sin', [x]);
  }
  Cos(x: Value): Value {
    return this.node('Cos', [x]);
  }
  Erf(x: Value): Value {
    return this.node('Erf', [x]);
  }
  Tanh(x: Value): Value {
    return this.node('Tanh', [x]);
  }
  Sigmoid(x: Value): Value {
    return this.node('Sigmoid', [x]);
  }
  Relu(x: Value): Value {
    return this.node('Relu', [x]);
  }
  Gelu(x: Value, approximate: 'none' | 'tanh' = 'none'): Value {
    return this.node('Gelu', [x], { attributes: { approximate } });
  }
  Where(condition: Value, a: Value, b: Value): Value {
    return this.node('Where', [condition, a, b]);
  }
  Less(a: Value, b: Value): Value {
    return this.node('Less', [a, b]);
  }
  LessOrEqual(a: Value, b: Value): Value {
    return this.node('LessOrEqual', [a, b]);
  }
  Cast(x: Value, to: DType): Value {
    return this.node('Cast', [x], { attributes: { to } });
  }
  Softmax(x: Value, axis = -1): Value {
    return this.node('Softmax', [x], { attributes: { axis } });
  }
  LogSoftmax(x: Value, axis = -1): Value {
    return this.node('LogSoftmax', [x], { attributes: { axis } });
  }
  /** Over the last axis. */
  LayerNormalization(x: Value, scale: Value, bias: Value, epsilon: number): Value {
    return this.node('LayerNormalization', [x, scale, bias], { attributes: { axis: -1, epsilon } });
  }
  /** Over the last axis. */
  RMSNormalization(x: Value, scale: Value, epsilon: number): Value {
    return this.node('RMSNormalization', [x, scale], { attributes: { axis: -1, epsilon } });
  }
  ReduceSum(x: Value, axes: Axes, keepdims: 0 | 1 = 1): Value {
    return this.node('ReduceSum', [x, this.integers(axes)], { attributes: { keepdims } });
  }
  ReduceMean(x: Value, axes: Axes, keepdims: 0 | 1 = 1): Value {
    return this.node('ReduceMean', [x, this.integers(axes)], { attributes: { keepdims } });
  }
  /** Σx² over all elements, a scalar. */
  ReduceSumSquare(x: Value): Value {
    return this.node('ReduceSumSquare', [x], { attributes: { keepdims: 0 } });
  }
  Abs(x: Value): Value {
    return this.node('Abs', [x]);
  }
  ReduceMax(x: Value, axes: Axes, keepdims: 0 | 1 = 1): Value {
    return this.node('ReduceMax', [x, this.integers(axes)], { attributes: { keepdims } });
  }
  /** round(x/scale) as int8, with one scale per index of `axis`. */
  QuantizeLinear(x: Value, scale: Value, axis: number): Value {
    return this.node('QuantizeLinear', [x, scale], { attributes: { axis, output_dtype: 'int8' } });
  }
  /** scale·x as float32, with one scale per index of `axis`. */
  DequantizeLinear(x: Value, scale: Value, axis: number): Value {
    return this.node('DequantizeLinear', [x, scale], { attributes: { axis } });
  }
  MatMul(a: Value, b: Value): Value {
    return this.node('MatMul', [a, b]);
  }
  /** a·b + c with either matrix transposed; c broadcasts to the result. */
  Gemm(a: Value, b: Value, c: Value | null = null, transposes: Transposes = {}): Value {
    return this.node('Gemm', c ? [a, b, c] : [a, b], { attributes: { ...transposes } });
  }
  Transpose(x: Value, perm: Axes): Value {
    return this.node('Transpose', [x], { attributes: { perm } });
  }
  /** ONNX works out a lone symbolic dimension itself, so that a wrong one has to be caught here. */
  Reshape(x: Value, shape: Shape): Value {
    const reshaped = this.node('Reshape', [x, this.shapeTensor(shape, { forReshape: true })]);
    if (formatShape(reshaped.shape) !== formatShape(shape)) {
      throw new CompileError(
        `Reshape of ${formatShape(x.shape)} gives ${formatShape(reshaped.shape)}, not ${formatShape(shape)}`,
      );
    }
    return reshaped;
  }
  Expand(x: Value, shape: Shape): Value {
    return this.node('Expand', [x, this.shapeTensor(shape)]);
  }
  Squeeze(x: Value, axes: Axes): Value {
    return this.node('Squeeze', [x, this.integers(axes)]);
  }
  Unsqueeze(x: Value, axes: Axes): Value {
    return this.node('Unsqueeze', [x, this.integers(axes)]);
  }
  Concat(values: readonly Value[], axis: number): Value {
    return this.node('Concat', values, { attributes: { axis } });
  }
  Split(x: Value, sizes: readonly number[], axis: number): readonly Value[] {
    return this.nodeOutputs('Split', [x, this.integers(sizes)], { attributes: { axis } });
  }
  Slice(x: Value, starts: Axes, ends: Axes, axes: Axes): Value {
    return this.node('Slice', [x, this.integers(starts), this.integers(ends), this.integers(axes)]);
  }
  Gather(x: Value, indices: Value, axis = 0): Value {
    return this.node('Gather', [x, indices], { attributes: { axis } });
  }
  GatherElements(x: Value, indices: Value, axis: number): Value {
    return this.node('GatherElements', [x, indices], { attributes: { axis } });
  }
  /** 0, 1, …, limit - 1: int64 [limit] */
  Range(limit: Dim): Value {
    const length = this.Squeeze(this.lengthOf(limit), [0]);
    return this.node('Range', [this.constant('int64', [], [0]), length, this.constant('int64', [], [1])]);
  }
}
