import { itemAt } from '@legend-fl/base';
import { CompileError } from '../graph/compile-error.ts';
import { type Dim, multiplyDims, type Shape } from '../graph/dim.ts';
import type { Graph, Node, Value } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { rewrite } from './rewrite.ts';

/** A stretch of the forward pass, in the graph that has its backward pass already. */
export interface QuantizedPart {
  readonly nodes: ReadonlySet<Node>;
  /** What it computes; computed by one of its nodes. */
  readonly output: Value;
  /** ∂loss/∂output */
  readonly outputGradient: Value;
}

/** A value as it waits for the backward pass. */
interface Kept {
  /** int8 [rows, n] */
  readonly quantized: Value;
  /** [rows] */
  readonly scale: Value;
  readonly shape: Shape;
  readonly part: QuantizedPart;
}

/** Largest magnitude of a symmetric int8. */
const LARGEST = 127;
/** Keeps the scale of a row of zeros above zero. */
const SMALLEST_SCALE = 1e-30;

/**
 * Keeps what the backward pass needs of some parts as int8: every float value that a part's nodes read and that nodes
 * after `forwardNodes` read again is quantised where it is computed and dequantised for the latter. Forward results
 * stay exact. Rows (along the last axis) have scales of their own, max|x|/127: tokens differ in magnitude, and one
 * outlier must not cost the others their digits; a scale adds 4 bytes to a row of n.
 *
 * A runtime is free to order independent nodes, and ONNX Runtime puts them off for as long as it can, which would keep
 * the float after all, or dequantises at once, which would keep it again. So each part's output waits for its
 * quantised values and each dequantisation for the part's output gradient, through terms of 0·x that cost a scalar each
 * and one pass over the output.
 *
 * @param forwardNodes number of the graph's first nodes that make up the forward pass
 */
export function quantizeKept(graph: Graph, forwardNodes: number, parts: readonly QuantizedPart[]): Graph {
  const owners = findKept(graph, forwardNodes, parts);
  const backward = new Set(graph.nodes.slice(forwardNodes));
  const renewed = new Map<Value, Value>();
  const kept = new Map<Value, Kept>();
  const restored = new Map<Value, Value>();

  const restore = (b: GraphBuilder, original: Value, { quantized, scale, shape, part }: Kept): Value => {
    const existing = restored.get(original);
    if (existing) return existing;
    const gradient = renewed.get(part.outputGradient);
    if (!gradient) throw new CompileError(`${original.name} is needed before its part’s output gradient`);
    const delayed = b.Add(scale, zeroAfter(b, [corner(b, gradient)]));
    const value = reshaped(b, b.DequantizeLinear(quantized, delayed, 0), shape);
    restored.set(original, value);
    return value;
  };

  return rewrite(graph, (b, node, inputs) => {
    const own = node.inputs.map((original, index) => {
      const entry = backward.has(node) && original ? kept.get(original) : undefined;
      return entry && original ? restore(b, original, entry) : itemAt(inputs, index);
    });
    const outputs = b.nodeOutputs(node.op, own, {
      attributes: node.attributes,
      declared: node.outputs[0]?.shape,
    });
    return node.outputs.map((original, index) => {
      const ended = parts.find(({ output }) => output === original);
      const waiting = [...kept.values()].filter(({ part }) => part === ended);
      const plain = outputs[index] as Value;
      const corners = waiting.map(({ quantized }) => b.Cast(corner(b, quantized), 'float32'));
      const value = corners.length > 0 ? b.Add(plain, zeroAfter(b, corners)) : plain;
      renewed.set(original, value);
      const part = owners.get(original);
      if (part) kept.set(original, { ...quantize(b, value), shape: original.shape, part });
      return value;
    });
  });
}

/** Float values with rows that a part and, later, the backward pass read, and the part. */
function findKept(
  graph: Graph,
  forwardNodes: number,
  parts: readonly QuantizedPart[],
): ReadonlyMap<Value, QuantizedPart> {
  const computed = new Set(graph.nodes.slice(0, forwardNodes).flatMap(({ outputs }) => outputs));
  const needed = new Set(graph.nodes.slice(forwardNodes).flatMap(({ inputs }) => inputs));
  const owners = new Map<Value, QuantizedPart>();
  for (const part of parts) {
    for (const value of [...part.nodes].flatMap(({ inputs }) => inputs)) {
      if (!value || !needed.has(value) || !computed.has(value)) continue;
      if (value.dtype === 'float32' && value.shape.length >= 2) owners.set(value, part);
    }
  }
  return owners;
}

/** scale = max|row|/127 [rows], quantized = round(row/scale) int8 [rows, n] */
function quantize(b: GraphBuilder, value: Value): Pick<Kept, 'quantized' | 'scale'> {
  const rows = reshaped(b, value, [multiplyDims(value.shape.slice(0, -1)), value.shape.at(-1) as Dim]);
  const largest = b.ReduceMax(b.Abs(rows), [-1], 0);
  const scale = b.Add(b.Mul(largest, b.scalar(1 / LARGEST)), b.scalar(SMALLEST_SCALE));
  return { quantized: b.QuantizeLinear(rows, scale, 0), scale };
}

function reshaped(b: GraphBuilder, value: Value, shape: Shape): Value {
  return value.shape.join() === shape.join() ? value : b.Reshape(value, shape);
}

/** The first element, [1]. */
function corner(b: GraphBuilder, value: Value): Value {
  const axes = value.shape.map((_, axis) => axis);
  const element = b.Slice(
    value,
    axes.map(() => 0),
    axes.map(() => 1),
    axes,
  );
  return b.Reshape(element, [1]);
}

/** Zero [1], but not before the values are there. */
function zeroAfter(b: GraphBuilder, values: readonly Value[]): Value {
  const sum = values.reduce((total, value) => b.Add(total, value));
  return b.Mul(sum, b.scalar(0));
}
