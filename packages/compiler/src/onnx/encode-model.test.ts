import { seededRandom } from '@legend-fl/base';
import { describe, expect, test } from 'vitest';
import { CompileError } from '../graph/compile-error.ts';
import type { Value } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { type OpType, opSignatures } from '../ops/op-signatures.ts';
import { runGraph } from '../testing/open-graph.ts';
import { randomTensor } from '../testing/random-tensor.ts';
import { encodeModel } from './encode-model.ts';

type Example = (b: GraphBuilder, x: Value, y: Value) => Value | readonly Value[];

/** Each op with every attribute that it has; x and y are [2, 3, 4]. One left out does not compile. */
const examples: Record<OpType, Example> = {
  Add: (b, x, y) => b.Add(x, y),
  Sub: (b, x, y) => b.Sub(x, y),
  Mul: (b, x, y) => b.Mul(x, y),
  Div: (b, x, y) => b.Div(x, y),
  Min: (b, x, y) => b.Min(x, y),
  Neg: (b, x) => b.Neg(x),
  Exp: (b, x) => b.Exp(x),
  Log: (b, x) => b.Log(b.Exp(x)),
  Sqrt: (b, x) => b.Sqrt(b.Mul(x, x)),
  Reciprocal: (b, x) => b.Reciprocal(x),
  Sin: (b, x) => b.Sin(x),
  Cos: (b, x) => b.Cos(x),
  Erf: (b, x) => b.Erf(x),
  Tanh: (b, x) => b.Tanh(x),
  Sigmoid: (b, x) => b.Sigmoid(x),
  Relu: (b, x) => b.Relu(x),
  Identity: (b, x) => b.node('Identity', [x]),
  Gelu: (b, x) => [b.Gelu(x), b.Gelu(x, 'tanh')],
  Where: (b, x, y) => b.Where(b.Less(x, y), x, y),
  Softmax: (b, x) => b.Softmax(x, 1),
  LogSoftmax: (b, x) => b.LogSoftmax(x, -2),
  LayerNormalization: (b, x) => [
    b.LayerNormalization(x, row(b), row(b), 1e-3),
    b.node('LayerNormalization', [x, row(b)], { attributes: { axis: -1 } }),
    b.node('LayerNormalization', [x, row(b), null], { attributes: { axis: -1 } }),
  ],
  RMSNormalization: (b, x) => b.RMSNormalization(x, row(b), 1e-3),
  ReduceSum: (b, x) => [b.ReduceSum(x, [0, -1], 0), b.node('ReduceSum', [x])],
  ReduceMean: (b, x) => b.ReduceMean(x, [1]),
  ReduceSumSquare: (b, x) => b.ReduceSumSquare(x),
  Abs: (b, x) => b.Abs(x),
  ReduceMax: (b, x) => b.ReduceMax(x, [0, 2], 0),
  QuantizeLinear: (b, x) => b.Cast(b.QuantizeLinear(x, row(b), -1), 'int32'),
  DequantizeLinear: (b, x) => b.DequantizeLinear(b.QuantizeLinear(x, row(b), 2), row(b), 2),
  MatMul: (b, x, y) => b.MatMul(x, b.Transpose(y, [0, 2, 1])),
  FusedMatMul: (b, x, y) => [
    b.node('FusedMatMul', [x, y], { attributes: { alpha: 0.5, transA: 1 } }),
    b.node('FusedMatMul', [x, y], { attributes: { transB: 1 } }),
  ],
  Gemm: (b, x, y) => {
    const [left, right] = [b.Reshape(x, [4, 6]), b.Reshape(y, [6, 4])];
    const attributes = { alpha: 0.5, beta: -2, transA: 1, transB: 1 };
    return [
      b.node('Gemm', [left, right, b.constant('float32', [6, 1], [1, 2, 3, 4, 5, 6])], { attributes }),
      b.Gemm(left, right),
      b.node('Gemm', [left, right, null]),
    ];
  },
  Transpose: (b, x) => [b.Transpose(x, [1, 0, 2]), b.node('Transpose', [x])],
  Reshape: (b, x) => b.Reshape(x, [6, 4]),
  Expand: (b, x) => b.Expand(x, [2, 2, 3, 4]),
  Squeeze: (b, x) => b.Squeeze(b.ReduceSum(x, [1]), [1]),
  Unsqueeze: (b, x) => b.Unsqueeze(x, [-1, 0]),
  Concat: (b, x, y) => b.Concat([x, y, x], -1),
  Split: (b, x) => b.Split(x, [1, 3], -1),
  Slice: (b, x) => [
    b.Slice(x, [1, -3], [2, -1], [0, -1]),
    b.node('Slice', [x, b.integers([1]), b.integers([2]), b.integers([1]), b.integers([1])]),
  ],
  Pad: (b, x) =>
    b.node('Pad', [x, b.integers([1, 2]), b.scalar(0.5), b.integers([-1])], { declared: [2, 3, 7] }),
  Gather: (b, x) => [
    b.Gather(x, b.constant('int32', [2, 1], [2, 0]), 1),
    b.Gather(x, b.constant('int64', [], [-1]), -1),
  ],
  GatherElements: (b, x) => b.GatherElements(x, b.constant('int64', [1, 3, 1], [3, 0, 1]), 2),
  ScatterElements: (b, x) =>
    b.node(
      'ScatterElements',
      [x, b.constant('int64', [1, 1, 2], [3, 3]), b.constant('float32', [1, 1, 2], [1, 2])],
      {
        attributes: { axis: -1, reduction: 'add' },
      },
    ),
  ScatterND: (b, x, y) =>
    b.node('ScatterND', [x, b.constant('int64', [2, 1], [1, 1]), y], { attributes: { reduction: 'add' } }),
  Shape: (b, x) => [b.node('Shape', [x], { attributes: { start: -2, end: 2 } }), b.node('Shape', [x])],
  Cast: (b, x) => (['float32', 'int32', 'int64', 'bool'] as const).map((to) => b.Cast(x, to)),
  Range: (b) => b.Range(3),
  Less: (b, x, y) => b.Less(x, y),
  LessOrEqual: (b, x, y) => b.LessOrEqual(x, y),
};

const random = seededRandom(3);
const feeds = { x: randomTensor(random, [2, 3, 4]), y: randomTensor(random, [2, 3, 4]) };

describe('ONNX Runtime runs', () => {
  test.each(Object.entries(examples))('%s, and its shapes are the inferred ones', async (op, example) => {
    const { b, x, y } = twoInputs();
    const values = [example(b, x, y)].flat();
    for (const [index, value] of values.entries()) b.output(`result_${index}`, value);
    const results = await runGraph(b.graph(), feeds);
    expect(values.map((_, index) => results[`result_${index}`]?.dims)).toEqual(
      values.map((value) => value.shape),
    );
    expect(b.nodes.some((node) => node.op === op)).toBe(true);
  });

  test('examples with every attribute of every op', () => {
    const { b, x, y } = twoInputs();
    for (const example of Object.values(examples)) example(b, x, y);
    const used = new Set(
      b.nodes.flatMap((node) => Object.keys(node.attributes).map((name) => `${node.op}.${name}`)),
    );
    const known = Object.entries(opSignatures).flatMap(([op, signature]) =>
      'attributes' in signature ? Object.keys(signature.attributes).map((name) => `${op}.${name}`) : [],
    );
    expect([...used].sort()).toEqual(known.sort());
  });
});

test('an attribute keeps its value: int, float, ints, string and dtype', async () => {
  const { b, x, y } = twoInputs();
  b.output('int', b.Concat([x, y], 2));
  b.output('float', b.node('FusedMatMul', [x, y], { attributes: { alpha: -0.25, transB: 1 } }));
  b.output('plain', b.MatMul(x, b.Transpose(y, [0, 2, 1])));
  b.output('ints', b.Transpose(x, [2, 0, 1]));
  b.output('string', b.Sub(b.Gelu(x, 'tanh'), b.Gelu(x)));
  b.output('dtype', b.Cast(b.Mul(x, b.scalar(10)), 'int32'));
  const results = await runGraph(b.graph(), feeds);
  expect(results.int?.dims).toEqual([2, 3, 8]);
  expect(results.float?.data).toEqual(results.plain?.data.map((element) => element * -0.25));
  expect(results.ints?.data.slice(0, 6)).toEqual(feeds.x.data.filter((_, index) => index % 4 === 0));
  const difference = Math.max(...(results.string?.data.map(Math.abs) ?? []));
  expect(difference).toBeGreaterThan(1e-6);
  expect(difference).toBeLessThan(1e-3);
  expect(results.dtype?.data).toEqual(
    feeds.x.data.map((element) => Math.trunc(Math.fround(element * 10)) + 0),
  );
});

test('constants of every dtype arrive as they are', async () => {
  const b = new GraphBuilder();
  const floats = [0.1, -0, 3.4028234663852886e38, Number.NEGATIVE_INFINITY, Number.NaN];
  const integers = [-1, 0, 2 ** 31 - 1, -(2 ** 31)];
  b.output('float32', b.node('Identity', [b.constant('float32', [5], floats)]));
  b.output('int32', b.node('Identity', [b.constant('int32', [2, 2], integers)]));
  b.output('int64', b.node('Identity', [b.constant('int64', [4], integers)]));
  b.output('large', b.node('Identity', [b.constant('int64', [], [-(2 ** 53)])]));
  b.output('bool', b.node('Identity', [b.constant('bool', [3], [1, 0, 1])]));
  b.output('int8', b.node('Identity', [b.constant('int8', [3], [-128, 0, 127])]));
  b.output('empty', b.node('Identity', [b.integers([])]));
  const results = await runGraph(b.graph());
  expect(results.float32?.data).toEqual(floats.map(Math.fround));
  expect(results.int32).toEqual({ dims: [2, 2], data: integers });
  expect(results.int64).toEqual({ dims: [4], data: integers });
  expect(results.large).toEqual({ dims: [], data: [-(2 ** 53)] });
  expect(results.bool?.data).toEqual([1, 0, 1]);
  expect(results.int8?.data).toEqual([-128, 0, 127]);
  expect(results.empty).toEqual({ dims: [0], data: [] });
});

describe('an output may be', () => {
  test('an input', async () => {
    const { b, x } = twoInputs();
    b.output('same', x);
    expect((await runGraph(b.graph(), feeds)).same?.data).toEqual(feeds.x.data);
  });

  test('a constant', async () => {
    const { b } = twoInputs();
    b.output('seven', b.scalar(7));
    expect((await runGraph(b.graph(), feeds)).seven).toEqual({ dims: [], data: [7] });
  });

  test('the same value as another, which nodes read too', async () => {
    const { b, x } = twoInputs();
    const negative = b.Neg(x);
    b.output('first', negative);
    b.output('second', negative);
    b.output('third', b.Neg(negative));
    const results = await runGraph(b.graph(), feeds);
    expect(results.first?.data).toEqual(feeds.x.data.map((element) => -element));
    expect(results.second).toEqual(results.first);
    expect(results.third?.data).toEqual(feeds.x.data);
  });
});

test('symbolic dimensions are named in the model', () => {
  const b = new GraphBuilder();
  const x = b.input('x', 'float32', ['batch', 'seq', 2]);
  b.output('rows', b.Reshape(x, ['batch*seq', 2]));
  const text = new TextDecoder('latin1').decode(encodeModel(b.graph()));
  for (const name of ['batch', 'seq', 'batch*seq']) expect(text).toContain(name);
});

test('an invalid graph is not encoded', () => {
  const { b, x } = twoInputs();
  b.output('x', b.Tanh(x));
  expect(() => encodeModel(b.graph())).toThrow(new CompileError('output x has the name of another value'));
});

function twoInputs() {
  const b = new GraphBuilder();
  return { b, x: b.input('x', 'float32', [2, 3, 4]), y: b.input('y', 'float32', [2, 3, 4]) };
}

function row(b: GraphBuilder): Value {
  return b.constant('float32', [4], [1, 2, 3, 4]);
}
