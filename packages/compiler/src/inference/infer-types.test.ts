import { describe, expect, test } from 'vitest';
import { CompileError } from '../graph/compile-error.ts';
import type { Dim, Shape } from '../graph/dim.ts';
import type { Attributes, DType, Value } from '../graph/graph.ts';
import type { OpType } from '../ops/op-signatures.ts';
import { inferTypes } from './infer-types.ts';

type Inputs = readonly (Value | null)[];

/** A value of unknown elements. */
function tensor(shape: Shape, dtype: DType = 'float32'): Value {
  return { name: `x${shape.length}`, dtype, shape };
}

/** A 1-D int64 value whose elements are known while compiling. */
function known(...elements: readonly Dim[]): Value {
  return { name: 'known', dtype: 'int64', shape: [elements.length], elements };
}

/** A 0-D int64 value that is known while compiling. */
function count(element: Dim): Value {
  return { name: 'count', dtype: 'int64', shape: [], elements: [element] };
}

const f = tensor;
const tokens = f(['batch', 'seq', 8]);

describe('the result of', () => {
  test.each<[OpType, Inputs, Attributes, Shape]>([
    ['Add', [f([2, 3]), f([3])], {}, [2, 3]],
    ['Add', [f([]), f([])], {}, []],
    ['Sub', [tokens, f(['seq', 1])], {}, ['batch', 'seq', 8]],
    ['Mul', [f(['batch', 1]), f([1, 'seq'])], {}, ['batch', 'seq']],
    ['Div', [tokens, f([1])], {}, ['batch', 'seq', 8]],
    ['Min', [f([]), f([4])], {}, [4]],
    ['Neg', [tokens], {}, ['batch', 'seq', 8]],
    ['Gelu', [f([])], { approximate: 'tanh' }, []],
    ['Where', [f(['seq', 1], 'bool'), f([]), f([1, 'seq'])], {}, ['seq', 'seq']],
    ['Softmax', [tokens], { axis: -3 }, ['batch', 'seq', 8]],
    ['LogSoftmax', [tokens], {}, ['batch', 'seq', 8]],
    ['LayerNormalization', [tokens, f([8]), f([8])], { axis: -1 }, ['batch', 'seq', 8]],
    ['LayerNormalization', [tokens, f([8]), null], { axis: 2 }, ['batch', 'seq', 8]],
    ['RMSNormalization', [f([8]), f([8])], {}, [8]],
    ['ReduceSum', [tokens, known(-1)], { keepdims: 0 }, ['batch', 'seq']],
    ['ReduceSum', [tokens, known(0, -1)], {}, [1, 'seq', 1]],
    ['ReduceMean', [tokens, known()], { keepdims: 1 }, [1, 1, 1]],
    ['ReduceMean', [f([])], { keepdims: 1 }, []],
    ['ReduceSumSquare', [tokens], { keepdims: 0 }, []],
    ['ReduceMax', [tokens, known(-1)], { keepdims: 0 }, ['batch', 'seq']],
    ['Abs', [tokens], {}, ['batch', 'seq', 8]],
    ['DequantizeLinear', [f(['rows', 8], 'int8'), f([8])], { axis: -1 }, ['rows', 8]],
    ['MatMul', [f(['batch', 1, 'seq', 8]), f([4, 8, 'seq'])], {}, ['batch', 4, 'seq', 'seq']],
    ['FusedMatMul', [f([2, 8, 'seq']), f([2, 5, 8])], { transA: 1, transB: 1 }, [2, 'seq', 5]],
    ['Gemm', [f(['rows', 8]), f([3, 8]), f([3])], { transB: 1 }, ['rows', 3]],
    ['Gemm', [f([8, 'rows']), f([8, 3]), f(['rows', 1])], { transA: 1 }, ['rows', 3]],
    ['Gemm', [f(['rows', 8]), f([8, 3]), null], {}, ['rows', 3]],
    ['Transpose', [tokens], { perm: [2, 0, 1] }, [8, 'batch', 'seq']],
    ['Transpose', [tokens], {}, [8, 'seq', 'batch']],
    ['Reshape', [tokens, known('batch*seq', 8)], {}, ['batch*seq', 8]],
    ['Reshape', [tokens, known(-1, 4)], {}, ['2*batch*seq', 4]],
    ['Reshape', [tokens, known(0, 0, 2, 4)], {}, ['batch', 'seq', 2, 4]],
    ['Reshape', [f([1, 1]), known()], {}, []],
    ['Expand', [f(['seq', 1]), known('batch', 1, 4)], {}, ['batch', 'seq', 4]],
    ['Squeeze', [f([1, 'seq', 1]), known(0, -1)], {}, ['seq']],
    ['Unsqueeze', [f(['seq', 3]), known(-1, 0)], {}, [1, 'seq', 3, 1]],
    ['Concat', [f(['batch', 2]), f(['batch', 3])], { axis: -1 }, ['batch', 5]],
    ['Concat', [f(['batch', 2]), f(['batch', 2])], { axis: 0 }, ['2*batch', 2]],
    ['Slice', [tokens, known(1, 0), known(3, 2), known(1, -1)], {}, ['batch', 2, 2]],
    ['Slice', [tokens, known(-3), known(-1), known(1), known(1)], {}, ['batch', 2, 8]],
    ['Slice', [f([5, 4]), known(2, -9), known(1000, -1)], {}, [3, 3]],
    ['Gather', [f([100, 8]), f(['batch', 'seq'], 'int32')], {}, ['batch', 'seq', 8]],
    ['Gather', [tokens, f([], 'int64')], { axis: -2 }, ['batch', 8]],
    ['GatherElements', [f(['rows', 100]), f(['rows', 1], 'int64')], { axis: -1 }, ['rows', 1]],
    ['ScatterElements', [f([4, 3]), f([4, 1], 'int64'), f([4, 1])], { axis: 1 }, [4, 3]],
    ['ScatterND', [f([4, 3]), f([2, 1], 'int64'), f([2, 3])], {}, [4, 3]],
  ])('%s %#', (op, inputs, attributes, shape) => {
    expect(inferTypes(op, { inputs, attributes })).toEqual([{ dtype: 'float32', shape }]);
  });

  test('a comparison is boolean', () => {
    expect(
      inferTypes('LessOrEqual', { inputs: [f([1, 'seq'], 'int64'), f(['seq', 1], 'int64')], attributes: {} }),
    ).toEqual([{ dtype: 'bool', shape: ['seq', 'seq'] }]);
  });

  test('a cast has the dtype it names', () => {
    expect(inferTypes('Cast', { inputs: [f(['seq'], 'int32')], attributes: { to: 'float32' } })).toEqual([
      { dtype: 'float32', shape: ['seq'] },
    ]);
  });

  test('a quantised value is int8', () => {
    const attributes = { axis: 0, output_dtype: 'int8' };
    expect(inferTypes('QuantizeLinear', { inputs: [f(['rows', 8]), f(['rows'])], attributes })).toEqual([
      { dtype: 'int8', shape: ['rows', 8] },
    ]);
  });

  test('Split is one type per size', () => {
    const types = inferTypes('Split', { inputs: [f(['batch', 6]), known(2, 4)], attributes: { axis: -1 } });
    expect(types.map((type) => type.shape)).toEqual([
      ['batch', 2],
      ['batch', 4],
    ]);
  });

  test('Pad is what the caller declares', () => {
    expect(inferTypes('Pad', { inputs: [f([2]), known(0, 1)], attributes: {}, declared: ['seq'] })).toEqual([
      { dtype: 'float32', shape: ['seq'] },
    ]);
  });
});

describe('lengths stay known while compiling', () => {
  test.each<[OpType, Inputs, Attributes, Shape, readonly Dim[] | undefined]>([
    ['Shape', [tokens], {}, [3], ['batch', 'seq', 8]],
    ['Shape', [tokens], { start: 1, end: 2 }, [1], ['seq']],
    ['Shape', [tokens], { start: -1 }, [1], [8]],
    ['Mul', [known('seq'), known('2*batch')], {}, [1], ['2*batch*seq']],
    ['Mul', [known('seq', 4), known(2)], {}, [2], undefined],
    ['Concat', [known('seq'), known(4, 'batch')], { axis: 0 }, [3], ['seq', 4, 'batch']],
    ['Concat', [known('seq'), f([1], 'int64')], { axis: 0 }, [2], undefined],
    ['Squeeze', [known('seq'), known(0)], {}, [], ['seq']],
    ['Range', [count(0), count('seq'), count(1)], {}, ['seq'], undefined],
    ['Range', [count(0), count(5), count(1)], {}, [5], undefined],
  ])('through %s %#', (op, inputs, attributes, shape, elements) => {
    expect(inferTypes(op, { inputs, attributes })).toEqual([
      { dtype: 'int64', shape, ...(elements && { elements }) },
    ]);
  });
});

describe('an error names the op, the types of its inputs and the reason', () => {
  test.each<[OpType, Inputs, Attributes, string]>([
    ['Add', [f([2, 3]), f([4])], {}, 'Add(float32[2, 3], float32[4]): cannot broadcast [2, 3] with [4]'],
    ['Mul', [f(['seq']), f([4])], {}, 'Mul(float32[seq], float32[4]): cannot broadcast [seq] with [4]'],
    ['Add', [f([2]), null], {}, 'Add(float32[2], -): input 1 is missing'],
    ['Sub', [f([2]), f([2], 'int64')], {}, 'Sub(float32[2], int64[2]): dtypes float32 and int64 differ'],
    ['Less', [f([2]), f([2], 'int32')], {}, 'Less(float32[2], int32[2]): dtypes float32 and int32 differ'],
    [
      'Where',
      [f([]), f([]), f([])],
      {},
      'Where(float32[], float32[], float32[]): the condition is float32, not bool',
    ],
    [
      'Where',
      [f([], 'bool'), f([]), f([], 'int64')],
      {},
      'Where(bool[], float32[], int64[]): dtypes float32 and int64 differ',
    ],
    ['Softmax', [f([2, 3])], { axis: 2 }, 'Softmax(float32[2, 3]): axis 2 is outside rank 2'],
    ['LogSoftmax', [f([])], {}, 'LogSoftmax(float32[]): axis -1 is outside rank 0'],
    [
      'LayerNormalization',
      [tokens, f([8])],
      { axis: 1 },
      'LayerNormalization(float32[batch, seq, 8], float32[8]): only the last axis is normalised',
    ],
    [
      'LayerNormalization',
      [f([2, 8]), f([8]), f([4])],
      {},
      'LayerNormalization(float32[2, 8], float32[8], float32[4]): a parameter of shape [4] does not fit',
    ],
    ['RMSNormalization', [f([2, 8]), null], {}, 'RMSNormalization(float32[2, 8], -): input 1 is missing'],
    [
      'RMSNormalization',
      [f([2, 8]), f([8], 'int32')],
      {},
      'RMSNormalization(float32[2, 8], int32[8]): dtypes float32 and int32 differ',
    ],
    [
      'QuantizeLinear',
      [f([2, 8]), f([8])],
      { axis: 0, output_dtype: 'int8' },
      'QuantizeLinear(float32[2, 8], float32[8]): the scale does not fit axis 0',
    ],
    [
      'QuantizeLinear',
      [f([2, 8]), f([2])],
      { axis: 0 },
      'QuantizeLinear(float32[2, 8], float32[2]): only int8 is quantised to',
    ],
    [
      'DequantizeLinear',
      [f([2, 8]), f([2])],
      { axis: 0 },
      'DequantizeLinear(float32[2, 8], float32[2]): input 0 is float32, not int8',
    ],
    ['ReduceSum', [f([2]), known(-2)], {}, 'ReduceSum(float32[2], int64[1]): axis -2 is outside rank 1'],
    [
      'ReduceMean',
      [f([2, 3]), known(1, -1)],
      {},
      'ReduceMean(float32[2, 3], int64[2]): axes [1,-1] name one axis twice',
    ],
    [
      'ReduceSum',
      [f([2]), f([1], 'int64')],
      {},
      'ReduceSum(float32[2], int64[1]): x1 must hold integers known while compiling',
    ],
    [
      'MatMul',
      [f([3]), f([3, 2])],
      {},
      'MatMul(float32[3], float32[3, 2]): matrices need two dimensions or more',
    ],
    [
      'MatMul',
      [f([2, 'seq']), f([3, 2])],
      {},
      'MatMul(float32[2, seq], float32[3, 2]): inner dimensions seq and 3 differ',
    ],
    [
      'MatMul',
      [f([2, 2, 3]), f([4, 3, 2])],
      {},
      'MatMul(float32[2, 2, 3], float32[4, 3, 2]): cannot broadcast [2] with [4]',
    ],
    [
      'MatMul',
      [f([2, 3]), f([3, 2], 'int32')],
      {},
      'MatMul(float32[2, 3], int32[3, 2]): dtypes float32 and int32 differ',
    ],
    [
      'FusedMatMul',
      [f([2, 3]), f([3, 2])],
      { transA: 1 },
      'FusedMatMul(float32[2, 3], float32[3, 2]): inner dimensions 2 and 3 differ',
    ],
    [
      'Gemm',
      [tokens, f([8, 2])],
      {},
      'Gemm(float32[batch, seq, 8], float32[8, 2]): Gemm takes two-dimensional matrices',
    ],
    [
      'Gemm',
      [f([2, 3]), f([3, 4]), f([3])],
      {},
      'Gemm(float32[2, 3], float32[3, 4], float32[3]): cannot broadcast [3] with [2, 4]',
    ],
    [
      'Gemm',
      [f([2, 3]), f([3, 4]), f([5, 2, 4])],
      {},
      'Gemm(float32[2, 3], float32[3, 4], float32[5, 2, 4]): C [5, 2, 4] does not fit [2, 4]',
    ],
    [
      'Gemm',
      [f([2, 3]), f([3, 4]), f([4], 'int32')],
      {},
      'Gemm(float32[2, 3], float32[3, 4], int32[4]): dtypes float32 and int32 differ',
    ],
    ['Transpose', [f([2, 3])], { perm: [0, 0] }, 'Transpose(float32[2, 3]): perm [0,0] does not fit rank 2'],
    [
      'Transpose',
      [f([2, 3])],
      { perm: [1, 0, 2] },
      'Transpose(float32[2, 3]): perm [1,0,2] does not fit rank 2',
    ],
    [
      'Reshape',
      [f(['batch', 6]), known(4, -1)],
      {},
      'Reshape(float32[batch, 6], int64[2]): [batch, 6] does not reshape to [4, -1]',
    ],
    [
      'Reshape',
      [f([2, 3]), known(5)],
      {},
      'Reshape(float32[2, 3], int64[1]): [2, 3] does not reshape to [5]',
    ],
    ['Reshape', [f([6]), known(3)], {}, 'Reshape(float32[6], int64[1]): [6] does not reshape to [3]'],
    [
      'Reshape',
      [f([6]), known(-1, -1)],
      {},
      'Reshape(float32[6], int64[2]): [6] does not reshape to [-1, -1]',
    ],
    [
      'Reshape',
      [f([6]), f([1], 'int64')],
      {},
      'Reshape(float32[6], int64[1]): the target shape must be known while compiling',
    ],
    [
      'Expand',
      [f([6]), f([1], 'int64')],
      {},
      'Expand(float32[6], int64[1]): the target shape must be known while compiling',
    ],
    ['Expand', [f([6]), known(3)], {}, 'Expand(float32[6], int64[1]): cannot broadcast [6] with [3]'],
    ['Squeeze', [f([2, 1]), known(0)], {}, 'Squeeze(float32[2, 1], int64[1]): a squeezed dimension is not 1'],
    ['Unsqueeze', [f([2]), known(2)], {}, 'Unsqueeze(float32[2], int64[1]): axis 2 is outside rank 2'],
    [
      'Unsqueeze',
      [f([2]), known(0, -3)],
      {},
      'Unsqueeze(float32[2], int64[2]): axes [0,-3] name one axis twice',
    ],
    [
      'Concat',
      [f([2, 3]), f([3, 3])],
      { axis: 1 },
      'Concat(float32[2, 3], float32[3, 3]): shapes differ outside the axis',
    ],
    [
      'Concat',
      [f([2, 3]), f([2])],
      { axis: 1 },
      'Concat(float32[2, 3], float32[2]): shapes differ outside the axis',
    ],
    [
      'Concat',
      [f([2]), f([2], 'int64')],
      {},
      'Concat(float32[2], int64[2]): dtypes float32 and int64 differ',
    ],
    ['Concat', [], {}, 'Concat(): input 0 is missing'],
    ['Split', [f([6]), known(2, 3)], {}, 'Split(float32[6], int64[2]): sizes [2,3] do not sum to 6'],
    ['Split', [f(['seq']), known(2, 3)], {}, 'Split(float32[seq], int64[2]): sizes [2,3] do not sum to seq'],
    [
      'Slice',
      [tokens, known(1), known(-1), known(1)],
      {},
      'Slice(float32[batch, seq, 8], int64[1], int64[1], int64[1]): ' +
        '[1, -1) of symbolic seq has no length known while compiling',
    ],
    [
      'Slice',
      [f([5]), known(3), known(-2)],
      {},
      'Slice(float32[5], int64[1], int64[1]): [3, -2) of 5 is empty',
    ],
    [
      'Slice',
      [f(['seq']), known(2), known(2)],
      {},
      'Slice(float32[seq], int64[1], int64[1]): [2, 2) of seq is empty',
    ],
    [
      'Slice',
      [f([5]), known(0), known(4), known(0), known(2)],
      {},
      'Slice(float32[5], int64[1], int64[1], int64[1], int64[1]): steps must be 1',
    ],
    [
      'Slice',
      [f([5, 5]), known(0, 1), known(4), known(0, 1)],
      {},
      'Slice(float32[5, 5], int64[2], int64[1], int64[2]): starts [0,1], ends [4] and axes [0,1] differ in length',
    ],
    ['Pad', [f([5]), known(0, 1)], {}, 'Pad(float32[5], int64[2]): the result shape must be declared'],
    [
      'Gather',
      [f([5]), f([2])],
      {},
      'Gather(float32[5], float32[2]): the indices are float32, not int32 or int64',
    ],
    [
      'Gather',
      [f([5]), f([2], 'int64')],
      { axis: 1 },
      'Gather(float32[5], int64[2]): axis 1 is outside rank 1',
    ],
    [
      'GatherElements',
      [f([5, 2]), f([5], 'int64')],
      { axis: 1 },
      'GatherElements(float32[5, 2], int64[5]): x and the indices differ in rank',
    ],
    [
      'GatherElements',
      [f([5, 2]), f([5, 1], 'int64')],
      { axis: -3 },
      'GatherElements(float32[5, 2], int64[5, 1]): axis -3 is outside rank 2',
    ],
    [
      'Range',
      [count(1), count('seq'), count(1)],
      {},
      'Range(int64[], int64[], int64[]): a range counts from 0 in steps of 1 to a length known while compiling',
    ],
    [
      'Range',
      [count(0), count('seq'), count(2)],
      {},
      'Range(int64[], int64[], int64[]): a range counts from 0 in steps of 1 to a length known while compiling',
    ],
    [
      'Range',
      [count(0), f([], 'int64'), count(1)],
      {},
      'Range(int64[], int64[], int64[]): a range counts from 0 in steps of 1 to a length known while compiling',
    ],
  ])('%s %#', (op, inputs, attributes, message) => {
    expect(() => inferTypes(op, { inputs, attributes })).toThrow(new CompileError(message));
  });
});
