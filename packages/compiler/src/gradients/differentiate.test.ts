import { seededRandom } from '@legend-fl/base';
import { describe, expect, test } from 'vitest';
import { CompileError } from '../graph/compile-error.ts';
import { type Dim, multiplyDims } from '../graph/dim.ts';
import type { Graph, Value } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { expectClose } from '../testing/expect-close.ts';
import { type Feeds, runGraph } from '../testing/open-graph.ts';
import { randomTensor } from '../testing/random-tensor.ts';
import { differentiate } from './differentiate.ts';

describe('what is built', () => {
  /** tanh(…tanh(x·W₁)…·Wₙ), summed. */
  function layers(count: number) {
    const b = new GraphBuilder();
    let state = b.input('x', 'float32', [2, 4]);
    const weights = Array.from({ length: count }, (_, index) => b.input(`W${index + 1}`, 'float32', [4, 4]));
    for (const weight of weights) state = b.Tanh(b.MatMul(state, weight));
    return { b, weights, loss: b.ReduceSum(state, [0, 1], 0) };
  }

  /** Ops that differentiation adds for the gradient of the layer `trained`. */
  function addedOps(count: number, trained: number): string[] {
    const { b, weights, loss } = layers(count);
    const before = b.nodes.length;
    differentiate(b, loss, [weights[trained - 1] as Value]);
    return b.nodes.slice(before).map((node) => node.op);
  }

  const ofTanh = ['Mul', 'Sub', 'Mul'];
  const ofSum = ['Unsqueeze', 'Expand'];

  test('for a trained top layer: its own gradient, however many layers lie below', () => {
    const top = [...ofSum, ...ofTanh, 'Transpose', 'MatMul'];
    expect(addedOps(1, 1)).toEqual(top);
    expect(addedOps(5, 5)).toEqual(top);
  });

  test('for a frozen layer above: the gradient of its input, not that of its weight', () => {
    const through = [...ofTanh, 'Transpose', 'MatMul'];
    expect(addedOps(5, 3)).toEqual([...ofSum, ...through, ...through, ...through]);
  });

  test('nothing reads a weight below the lowest parameter', () => {
    const { b, weights, loss } = layers(4);
    const before = b.nodes.length;
    differentiate(b, loss, [weights[1] as Value, weights[3] as Value]);
    const read = new Set(b.nodes.slice(before).flatMap((node) => node.inputs));
    expect(weights.map((weight) => read.has(weight))).toEqual([false, false, true, true]);
  });

  test('nothing for branches that do not reach the loss', () => {
    const { b, weights, loss } = layers(1);
    const unused = b.Exp(b.MatMul(weights[0] as Value, weights[0] as Value));
    const before = b.nodes.length;
    differentiate(b, loss, weights);
    const added = b.nodes.slice(before);
    expect(added.map((node) => node.op)).toEqual([...ofSum, ...ofTanh, 'Transpose', 'MatMul']);
    expect(added.some((node) => node.inputs.includes(unused))).toBe(false);
  });
});

describe('the gradient', () => {
  test('sums the contributions of several consumers, and of one that reads a value twice', async () => {
    const b = new GraphBuilder();
    const x = b.input('x', 'float32', [3]);
    const square = b.Mul(x, x);
    const terms = [b.Mul(square, x), b.Sin(x), b.Sub(x, square)];
    const loss = b.ReduceSum(
      terms.reduce((sum, term) => b.Add(sum, term)),
      [0],
      0,
    );
    b.output('dx', gradientOf(b, loss, x));
    const data = [-1.5, 0.25, 2];
    const { dx } = await runGraph(b.graph(), { x: { dtype: 'float32', dims: [3], data } });
    expectClose(
      dx?.data,
      data.map((value) => 3 * value ** 2 + Math.cos(value) + 1 - 2 * value),
      1e-6,
    );
  });

  test('of a parameter that another parameter is computed from counts both ways', async () => {
    const b = new GraphBuilder();
    const x = b.input('x', 'float32', []);
    const y = b.Exp(x);
    const loss = b.Mul(x, y);
    const gradients = differentiate(b, loss, [y, x]);
    expect([...gradients.keys()]).toEqual([y, x]);
    b.output('dx', gradients.get(x) as Value);
    b.output('dy', gradients.get(y) as Value);
    const { dx, dy } = await runGraph(b.graph(), { x: { dtype: 'float32', dims: [], data: [0.5] } });
    expectClose(dy?.data, [0.5], 1e-6);
    expectClose(dx?.data, [1.5 * Math.exp(0.5)], 1e-6);
  });

  test('of the loss itself is one', async () => {
    const b = new GraphBuilder();
    const x = b.input('x', 'float32', []);
    b.output('dx', gradientOf(b, x, x));
    expect((await runGraph(b.graph(), { x: { dtype: 'float32', dims: [], data: [3] } })).dx?.data).toEqual([
      1,
    ]);
  });

  test('does not flow through booleans, integers and shapes', async () => {
    const b = new GraphBuilder();
    const x = b.input('x', 'float32', ['rows']);
    const positive = b.Cast(b.Less(b.scalar(0), x), 'float32');
    const rows = b.Cast(b.lengthOf('rows'), 'float32');
    const loss = b.ReduceSum(b.Div(b.Mul(x, positive), rows), [0], 0);
    b.output('dx', gradientOf(b, loss, x));
    const { dx } = await runGraph(b.graph(), { x: { dtype: 'float32', dims: [4], data: [-1, 2, -3, 4] } });
    expect(dx?.data).toEqual([0, 0.25, 0, 0.25]);
  });

  test('of an unused part of a Split is zero', async () => {
    const b = new GraphBuilder();
    const x = b.input('x', 'float32', ['rows', 3]);
    const [, used] = b.Split(x, [1, 2], -1);
    const loss = b.ReduceSum(b.Mul(used as Value, b.scalar(2)), [0, 1], 0);
    b.output('dx', gradientOf(b, loss, x));
    const { dx } = await runGraph(b.graph(), { x: randomTensor(seededRandom(1), [2, 3]) });
    expect(dx).toEqual({ dims: [2, 3], data: [0, 2, 2, 0, 2, 2] });
  });
});

test.each([
  ['seq', [2, 'seq']],
  ['batch', ['batch', 5]],
  ['batch and seq', ['batch', 'seq']],
] as const)('gradients with symbolic %s are those with fixed dimensions', async (_, [batch, seq]) => {
  const feeds: Feeds = {
    ids: { dtype: 'int32', dims: [2, 5], data: [0, 3, 3, 1, 6, 5, 0, 2, 3, 4] },
    table: randomTensor(seededRandom(1), [7, 4]),
    places: randomTensor(seededRandom(2), [5, 4]),
    weight: randomTensor(seededRandom(3), [4, 4]),
  };
  const expected = await runGraph(mixture(2, 5), feeds);
  const actual = await runGraph(mixture(batch, seq), feeds);
  expect(Object.keys(actual)).toEqual(['loss', 'd.table', 'd.places', 'd.weight']);
  expect(actual).toEqual(expected);
});

describe('a CompileError says that', () => {
  test('a loss is a scalar', () => {
    const b = new GraphBuilder();
    const x = b.input('x', 'float32', ['batch', 1]);
    expect(() => differentiate(b, b.Tanh(x), [x])).toThrow(
      new CompileError('a loss is a scalar, got [batch, 1]'),
    );
  });

  test('the loss does not depend on a parameter', () => {
    const b = new GraphBuilder();
    const [x, unused] = [b.input('x', 'float32', []), b.input('unused', 'float32', [])];
    b.Exp(unused);
    expect(() => differentiate(b, b.Exp(x), [x, unused])).toThrow(
      new CompileError('the loss does not depend on unused'),
    );
  });

  test('the loss depends on a parameter through integers only', () => {
    const b = new GraphBuilder();
    const x = b.input('x', 'float32', []);
    expect(() => differentiate(b, b.Cast(b.Cast(x, 'int32'), 'float32'), [x])).toThrow(
      new CompileError('the loss does not depend on x'),
    );
  });

  test('a path leads through an op without a gradient', () => {
    const b = new GraphBuilder();
    const x = b.input('x', 'float32', [2]);
    expect(() => differentiate(b, b.Sqrt(b.ReduceSumSquare(x)), [x])).toThrow(
      new CompileError('the loss depends on a parameter through ReduceSumSquare, which has no gradient'),
    );
  });

  test('parts of a symbolic length cannot be told apart', () => {
    const b = new GraphBuilder();
    const x = b.input('x', 'float32', ['batch']);
    expect(() => differentiate(b, b.ReduceSum(b.Concat([x, x], 0), [0], 0), [x])).toThrow(
      new CompileError('the gradient of Concat needs fixed lengths along its axis, got batch'),
    );
  });
});

function gradientOf(b: GraphBuilder, loss: Value, parameter: Value): Value {
  return differentiate(b, loss, [parameter]).get(parameter) as Value;
}

/** A loss whose gradients need the lengths of `batch` and `seq`, and every kind of op that moves or reduces them. */
function mixture(batch: Dim, seq: Dim): Graph {
  const b = new GraphBuilder();
  const ids = b.input('ids', 'int32', [batch, seq]);
  const table = b.input('table', 'float32', [7, 4]);
  const places = b.input('places', 'float32', [seq, 4]);
  const weight = b.input('weight', 'float32', [4, 4]);

  const state = b.Add(b.Gather(table, ids), places);
  const rows = b.Reshape(state, [multiplyDims([batch, seq]), 4]);
  const mapped = b.Reshape(b.MatMul(rows, weight), [batch, seq, 2, 2]);
  const heads = b.Transpose(mapped, [0, 2, 1, 3]);
  const scores = b.Softmax(b.MatMul(heads, b.Transpose(heads, [0, 1, 3, 2])));
  const attended = b.Reshape(b.Transpose(b.MatMul(scores, heads), [0, 2, 1, 3]), [batch, seq, 4]);
  const turned = b.Concat([b.Neg(b.Slice(attended, [2], [4], [-1])), b.Slice(attended, [0], [2], [-1])], -1);
  const repeated = b.Reshape(b.Expand(b.Unsqueeze(turned, [2]), [batch, seq, 3, 4]), [batch, seq, 12]);
  const pooled = [
    b.ReduceMean(repeated, [1], 0),
    b.Squeeze(b.Slice(repeated, [0], [1], [1]), [1]),
    b.Squeeze(b.Slice(repeated, [-2], [-1], [-2]), [1]),
    b.Gather(repeated, b.constant('int64', [], [1]), 1),
  ];
  const loss = b.ReduceMean(b.Tanh(b.Concat(pooled, 1)), [0, 1], 0);
  b.output('loss', loss);
  for (const [parameter, gradient] of differentiate(b, loss, [table, places, weight])) {
    b.output(`d.${parameter.name}`, gradient);
  }
  return b.graph();
}
