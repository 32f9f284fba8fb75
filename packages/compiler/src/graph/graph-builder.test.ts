import { seededRandom } from '@legend-fl/base';
import { describe, expect, test } from 'vitest';
import { openGraph, runGraph } from '../testing/open-graph.ts';
import { randomTensor } from '../testing/random-tensor.ts';
import { CompileError } from './compile-error.ts';
import { GraphBuilder } from './graph-builder.ts';

describe('names', () => {
  test('two inputs of one name are refused', () => {
    const b = new GraphBuilder();
    b.input('x', 'float32', [2]);
    expect(() => b.input('x', 'float32', [3])).toThrow(new CompileError('two inputs are named x'));
  });

  test('two outputs of one name are refused', () => {
    const b = new GraphBuilder();
    const x = b.input('x', 'float32', [2]);
    b.output('y', b.Tanh(x));
    expect(() => b.output('y', x)).toThrow(new CompileError('two outputs are named y'));
  });
});

describe('constants', () => {
  test('equal ones are one value', () => {
    const b = new GraphBuilder();
    expect(b.scalar(0.5)).toBe(b.constant('float32', [], [0.5]));
    expect(b.integers([1, 2])).toBe(b.integers([1, 2]));
    expect(b.graph().constants.size).toBe(2);
  });

  test('they differ by dtype, shape, elements and the sign of zero', () => {
    const b = new GraphBuilder();
    const values = [
      b.constant('int64', [], [1]),
      b.constant('int32', [], [1]),
      b.constant('int64', [1], [1]),
      b.constant('int64', [], [-1]),
      b.scalar(0),
      b.scalar(-0),
      b.constant('float32', [2, 1], [12, 3]),
      b.constant('float32', [2, 1], [1, 23]),
    ];
    expect(new Set(values).size).toBe(values.length);
    expect(b.graph().constants.size).toBe(values.length);
  });

  test('one with too few elements is refused', () => {
    expect(() => new GraphBuilder().constant('float32', [2, 3], [1, 2])).toThrow(
      new CompileError('a constant of shape [2, 3] has 2 elements'),
    );
  });
});

test('a graph does not change when the builder goes on', () => {
  const b = new GraphBuilder();
  const x = b.input('x', 'float32', [2]);
  b.output('y', b.Tanh(x));
  const graph = b.graph();
  b.output('z', b.Add(b.input('other', 'float32', [2]), b.scalar(1)));
  expect([graph.inputs.length, graph.constants.size, graph.nodes.length, graph.outputs.size]).toEqual([
    1, 0, 1, 1,
  ]);
});

test('the producer of a value is its node; inputs and constants have none', () => {
  const b = new GraphBuilder();
  const x = b.input('x', 'float32', [4]);
  const [head, tail] = b.Split(x, [1, 3], 0);
  const node = b.nodes[0];
  expect(node?.op).toBe('Split');
  expect([head, tail].map((part) => part && b.producerOf(part))).toEqual([node, node]);
  expect(b.producerOf(x)).toBeUndefined();
  expect(b.producerOf(b.scalar(1))).toBeUndefined();
});

describe('shapeTensor', () => {
  test('fixed dimensions are a constant', () => {
    const b = new GraphBuilder();
    expect(b.shapeTensor([2, 3])).toBe(b.integers([2, 3]));
    expect(b.nodes).toHaveLength(0);
  });

  test('for a reshape, one symbolic dimension is a constant -1', () => {
    const b = new GraphBuilder();
    b.input('x', 'float32', ['batch', 6]);
    expect(b.shapeTensor(['batch', 2, 3], { forReshape: true })).toBe(b.integers([-1, 2, 3]));
    expect(b.nodes).toHaveLength(0);
  });

  test('several symbolic dimensions are computed from the shapes of the inputs', async () => {
    const b = new GraphBuilder();
    b.input('ids', 'int32', ['batch', 'seq']);
    b.input('A', 'float32', ['rank', 8]);
    const shape = ['batch', '2*seq', 4, 'batch*rank*seq', '3*seq*seq'] as const;
    const tensor = b.shapeTensor(shape);
    expect(tensor.elements).toEqual(shape);
    b.output('shape', tensor);
    b.output('one', b.shapeTensor(['seq']));

    await using graph = await openGraph(b.graph());
    for (const [batch, seq, rank] of [
      [2, 3, 5],
      [4, 7, 1],
    ] as const) {
      const results = await graph.run({
        ids: { dtype: 'int32', dims: [batch, seq], data: new Array(batch * seq).fill(0) },
        A: { dtype: 'float32', dims: [rank, 8], data: new Array(rank * 8).fill(0) },
      });
      expect(results.shape?.data).toEqual([batch, 2 * seq, 4, batch * rank * seq, 3 * seq * seq]);
      expect(results.one?.data).toEqual([seq]);
    }
  });

  test('a length is computed once', () => {
    const b = new GraphBuilder();
    b.input('x', 'float32', ['batch', 'seq']);
    const length = b.lengthOf('batch*seq');
    const count = b.nodes.length;
    expect(b.lengthOf('batch*seq')).toBe(length);
    expect(b.nodes).toHaveLength(count);
  });

  test('a symbol that no input has is refused', () => {
    const b = new GraphBuilder();
    b.input('x', 'float32', ['batch', 2]);
    expect(() => b.shapeTensor(['batch', 'seq'])).toThrow(
      new CompileError('no input has a dimension seq, so its length is unknown when running'),
    );
  });
});

describe('Reshape', () => {
  test('moves between merged and separate symbols', async () => {
    const b = new GraphBuilder();
    const x = b.input('x', 'float32', ['batch', 'seq', 4]);
    const rows = b.Reshape(x, ['batch*seq', 4]);
    b.output('rows', rows);
    b.output('heads', b.Reshape(rows, ['batch', 'seq', 2, 2]));
    b.output('pairs', b.Reshape(rows, ['2*batch*seq', 2]));

    await using graph = await openGraph(b.graph());
    for (const [batch, seq] of [
      [2, 3],
      [1, 5],
    ] as const) {
      const feed = randomTensor(seededRandom(1, batch, seq), [batch, seq, 4]);
      const results = await graph.run({ x: feed });
      expect(results.rows?.dims).toEqual([batch * seq, 4]);
      expect(results.heads?.dims).toEqual([batch, seq, 2, 2]);
      expect(results.pairs?.dims).toEqual([2 * batch * seq, 2]);
      expect(results.heads?.data).toEqual(feed.data);
    }
  });

  test.each([
    [['seq', 6], '[batch, 6]'],
    [[-1, 6], '[batch, 6]'],
    [['6*batch', 1, 0], undefined],
  ] as const)('to %j, which is not what results, is refused', (shape, result) => {
    const b = new GraphBuilder();
    const x = b.input('x', 'float32', ['batch', 6]);
    b.input('y', 'float32', ['seq']);
    expect(() => b.Reshape(x, shape)).toThrow(
      result ? `Reshape of [batch, 6] gives ${result}, not [${shape.join(', ')}]` : 'does not reshape',
    );
  });

  test('to symbols in another order says how they are written', () => {
    const b = new GraphBuilder();
    const x = b.input('x', 'float32', ['batch', 'seq', 2]);
    expect(() => b.Reshape(x, ['seq*batch', 2])).toThrow(
      'Reshape of [batch, seq, 2] gives [batch*seq, 2], not [seq*batch, 2]',
    );
  });
});

test('Expand repeats along symbolic dimensions', async () => {
  const b = new GraphBuilder();
  const x = b.input('x', 'float32', ['batch', 'seq']);
  const row = b.constant('float32', [1, 2], [1, 2]);
  b.output('y', b.Add(b.Expand(row, ['seq', 2]), b.Expand(b.ReduceSum(x, [0, 1]), ['seq', 2])));
  const { y } = await runGraph(b.graph(), { x: { dtype: 'float32', dims: [1, 3], data: [1, 2, 3] } });
  expect(y).toEqual({ dims: [3, 2], data: [7, 8, 7, 8, 7, 8] });
});

test('Range counts to a symbolic length', async () => {
  const b = new GraphBuilder();
  b.input('ids', 'int32', ['batch', 'seq']);
  const range = b.Range('seq');
  expect(range).toMatchObject({ dtype: 'int64', shape: ['seq'] });
  b.output('positions', range);
  b.output('fixed', b.Range(2));
  await using graph = await openGraph(b.graph());
  for (const seq of [1, 4]) {
    const { positions, fixed } = await graph.run({
      ids: { dtype: 'int32', dims: [1, seq], data: new Array(seq).fill(0) },
    });
    expect(positions?.data).toEqual([0, 1, 2, 3].slice(0, seq));
    expect(fixed?.data).toEqual([0, 1]);
  }
});

test('a node of several outputs yields all of them', async () => {
  const b = new GraphBuilder();
  const x = b.input('x', 'float32', [2, 3]);
  const [left, right] = b.Split(x, [1, 2], 1);
  if (!left || !right) throw new Error('Split gave one part');
  b.output('y', b.Sub(right, left));
  const { y } = await runGraph(b.graph(), {
    x: { dtype: 'float32', dims: [2, 3], data: [1, 2, 3, 4, 6, 8] },
  });
  expect(y).toEqual({ dims: [2, 2], data: [1, 2, 2, 4] });
});
